/** The cursor of a key list: the last key looked at, encoded so that it is safe in a URL. */

import type { ListedKey } from "./store.js";

export function encodeCursor({ key, expiresAtMs }: ListedKey): string {
  return Buffer.from(JSON.stringify([key, expiresAtMs ?? null])).toString("base64url");
}

/** @throws RangeError if it is not a cursor that `encodeCursor` made for the same kind of list. */
export function decodeCursor(cursor: string, byExpiry: boolean): ListedKey {
  const [key, expiresAtMs] = parse(cursor);
  const dated = typeof expiresAtMs === "number";
  if (typeof key !== "string" || (byExpiry && !dated)) {
    throw new RangeError(
      "Cannot list keys: the cursor is unknown, expected `next` of a page of the same list",
    );
  }
  return { key, expiresAtMs: dated ? expiresAtMs : undefined };
}

function parse(cursor: string): readonly unknown[] {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(cursor, "base64url").toString());
    return Array.isArray(parsed) ? parsed : [];
  } catch {
    // Whatever is wrong with it, the caller gets the same error.
    return [];
  }
}
