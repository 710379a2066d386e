import { readJson } from "../engine/accept.js";

/** A body that was recorded: as a value if it is JSON, otherwise as it is. */
export function unpack(body: string | undefined): unknown {
  if (body === undefined || body === "") return body;
  try {
    return readJson(Buffer.from(body));
  } catch {
    return body;
  }
}
