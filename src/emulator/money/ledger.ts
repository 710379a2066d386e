/**
 * The ledger: money moves by double entries. The lines of one take money from some books and give it
 * to others, and sum to nothing in each currency. Balances, their history and the statement of an account
 * are views of it, so they always agree.
 */

import { type Changes, createChanges } from "../engine/changes.js";

/** Money belongs to somebody's wallet, is on its way out of one, or is outside of the platform. */
export type Book =
  | { readonly kind: "available" | "reserved"; readonly accountId: string }
  | { readonly kind: "outside" };

export interface Line {
  readonly book: Book;
  readonly currency: string;
  /** In the smallest unit of the currency; negative units are taken out. */
  readonly units: bigint;
  /** The API's name for it, such as `DEPOSIT`; for available money. */
  readonly type?: string | undefined;
}

/** What moves money, such as a payout. */
export interface Source {
  readonly id: string;
  /** The API's name for its kind, such as `PAYOUT`. */
  readonly type: string;
  readonly description?: string | undefined;
}

/** One change of what an account can spend. */
export interface Entry {
  readonly id: string;
  readonly sequence: number;
  readonly accountId: string;
  readonly currency: string;
  readonly units: bigint;
  /** What can be spent after it. */
  readonly balance: bigint;
  readonly type: string;
  readonly source: Source;
  readonly atMs: number;
}

export interface Ledger {
  /** @throws Error when the lines do not sum to nothing in each currency: a bug in the emulator. */
  post(source: Source, atMs: number, lines: readonly Line[]): void;
  balance(book: Book, currency: string): bigint;
  /** Currencies in which an account has, or once had, money. */
  currencies(accountId: string): readonly string[];
  /** Changes of what an account can spend, oldest first. */
  entries(accountId: string): readonly Entry[];
  /** Every account that has, or once had, money. */
  accounts(): readonly string[];
  /** Tells of every entry, once all lines that were posted with it are in. */
  readonly changes: Changes<Entry>;
}

export const available = (accountId: string): Book => ({ kind: "available", accountId });
export const reserved = (accountId: string): Book => ({ kind: "reserved", accountId });
export const outside: Book = { kind: "outside" };

/** @param newId Makes the id of an entry. */
export function createLedger(newId: () => string): Ledger {
  const balances = new Map<string, Map<string, bigint>>();
  const entries = new Map<string, Entry[]>();
  const changes = createChanges<Entry>();
  let sequence = 0;

  function add({ book, currency, units }: Line): bigint {
    const own = balances.get(keyOf(book)) ?? new Map<string, bigint>();
    const after = (own.get(currency) ?? 0n) + units;
    balances.set(keyOf(book), own.set(currency, after));
    return after;
  }

  return {
    post(source, atMs, lines) {
      refuseImbalance(source, lines);
      const made: Entry[] = [];
      for (const line of lines) {
        const balance = add(line);
        const { book, currency, units, type = source.type } = line;
        if (book.kind !== "available") continue;
        const { accountId } = book;
        const entry: Entry = {
          ...{ id: newId(), sequence: ++sequence, accountId, currency },
          ...{ units, balance, type, source, atMs },
        };
        const list = entries.get(accountId) ?? [];
        entries.set(accountId, list);
        list.push(entry);
        made.push(entry);
      }
      made.forEach(changes.publish);
    },
    balance: (book, currency) => balances.get(keyOf(book))?.get(currency) ?? 0n,
    currencies: (accountId) =>
      [...(balances.get(keyOf(available(accountId)))?.keys() ?? [])].sort(),
    entries: (accountId) => entries.get(accountId) ?? [],
    accounts: () => [...entries.keys()],
    changes,
  };
}

const keyOf = (book: Book): string =>
  book.kind === "outside" ? book.kind : `${book.kind} ${book.accountId}`;

function refuseImbalance(source: Source, lines: readonly Line[]): void {
  const sums = new Map<string, bigint>();
  for (const { currency, units } of lines) {
    sums.set(currency, (sums.get(currency) ?? 0n) + units);
  }
  for (const [currency, sum] of sums) {
    if (sum !== 0n)
      throw new Error(`${source.type} ${source.id} leaves ${sum} units of ${currency}`);
  }
}
