/** What the API still asks of a seller: the output of `whatIsMissing`, without personal data. */

import { ApiError } from "../errors/index.js";
import type { Account } from "../generated/accounts.js";
import { piiFields } from "../generated/pii.js";
import type { Rfi } from "../generated/rfis.js";
import { generalOrder } from "../kyc/from-rfi.js";
import type { InputShape } from "../kyc/input-shape.js";
import type { NextCall, ToDo } from "../kyc/to-do.js";
import { type MissingSource, whatIsMissing } from "../kyc/what-is-missing.js";
import { createRedactor } from "../report/redact.js";
import type { RfisResource } from "../resources/rfis.js";
import type { MissingItem } from "./types.js";

export function missingOf(sources: readonly MissingSource[]): readonly MissingItem[] {
  const { text } = createRedactor(sources);
  return whatIsMissing(sources).map((item) => {
    const { kind, path, code, next } = item;
    return { kind, path, ...wordsOf(item, text), code, next: withoutValues(next) };
  });
}

/** An update repeats what is known of the persons of a business; only the placeholders are kept. */
function withoutValues(next: NextCall | undefined): NextCall | undefined {
  if (next?.method !== "accounts.update" && next?.method !== "accounts.create") return next;
  return { ...next, params: strip(next.params, false) ?? {} };
}

/** @param personal whether the value is that of a field with personal data */
function strip(value: InputShape, personal: boolean): InputShape | undefined {
  if (Array.isArray(value)) return value.map((item) => strip(item, personal) ?? {});
  if (typeof value !== "object") return personal && !isPlaceholder(value) ? undefined : value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, below]) => {
      const kept = strip(below, personal || piiFields.has(name));
      return kept === undefined ? [] : [[name, kept]];
    }),
  );
}

function isPlaceholder(value: InputShape): boolean {
  return typeof value === "string" && /^<.+>$/.test(value);
}

/** A reviewer's text may name anyone, so none of it is kept. */
function wordsOf(item: ToDo, text: (text: string) => string): Pick<MissingItem, "what" | "why"> {
  const { what, why } = item;
  if (item.kind !== "answer_question") return { what, why: text(why) };
  return { what: generalOrder(item.answerType), why: undefined };
}

const operations: ReadonlySet<string> = new Set([
  "accounts.create",
  "accounts.update",
  "accounts.submit",
]);

/** What a refused call asks for; undefined if it names nothing that a seller could provide. */
export function missingInRefusal(
  error: unknown,
  account: Account | undefined,
): readonly MissingItem[] | undefined {
  if (!(error instanceof ApiError) || error.code !== "invalid_request") return undefined;
  if (!operations.has(error.operation)) return undefined;
  // The account only serves to identify its persons; its own requirements are left out.
  const known = account && { ...account, status: "SUBMITTED", requirements: null };
  const items = missingOf(known ? [error, known] : [error]);
  return items.every(({ kind }) => kind === "other") ? undefined : items;
}

/** Finds the open requests about an account. Concurrent callers share one list. */
export type OpenRfis = (accountId: string) => Promise<readonly Rfi[]>;

/** No more than this many are read. */
const mostRfis = 1000;

export function createOpenRfis(rfis: RfisResource, signal: AbortSignal): OpenRfis {
  let underWay: Promise<readonly Rfi[]> | undefined;

  async function list(): Promise<readonly Rfi[]> {
    try {
      const query = { statuses: ["ACTION_REQUIRED"], types: ["KYC"] } as const;
      return await rfis.list(query, { signal }).toArray({ limit: mostRfis });
    } catch {
      // Not every key may read RFIs. Whatever the reason, the report does without them.
      return [];
    }
  }

  return async (accountId) => {
    underWay ??= list().finally(() => {
      underWay = undefined;
    });
    return (await underWay).filter(({ account_id }) => account_id === accountId);
  };
}
