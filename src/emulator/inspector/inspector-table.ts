/** What every table of the inspector is made of. The page draws it without knowing what it is about. */

import { quoted } from "../../checks/printable.js";
import type { FaultInjector } from "../engine/faults.js";
import type { World } from "../engine/world.js";

export type Look = "good" | "bad" | "soft";

export interface Cell {
  readonly text: string;
  readonly look?: Look | undefined;
  /** The row that it names, such as `accounts/acct_1`. */
  readonly opens?: string | undefined;
}

export interface InspectorRow {
  /** Names the row in links. */
  readonly key: string;
  /** The first one opens the details. */
  readonly cells: readonly Cell[];
  /** What its button copies. */
  readonly copy: string;
}

/** What a reader can enter before an action is done. */
export interface Field {
  readonly name: string;
  readonly label: string;
  /** Values to choose from; the first is chosen at first. */
  readonly choices: readonly string[];
}

export interface Action {
  readonly name: string;
  readonly label: string;
  readonly fields: readonly Field[];
}

/** What differs between two attempts or requests. */
export interface Comparison {
  readonly label: string;
  readonly changes: readonly Change[];
}

export interface Change {
  /** Such as `body.amount`. */
  readonly path: string;
  /** As JSON; undefined if it was not there. */
  readonly before: string | undefined;
  readonly after: string | undefined;
}

export interface Detail {
  readonly title: string;
  /** Shown as a tree. */
  readonly data: object;
  readonly actions: readonly Action[];
  readonly comparisons: readonly Comparison[];
}

/** What was entered, by the names of the fields. */
export type Values = Readonly<Record<string, string>>;

export interface Inspected {
  readonly world: World;
  readonly faults: FaultInjector;
}

export interface InspectorTable {
  readonly name: string;
  readonly title: string;
  readonly columns: readonly string[];
  /** Whether the page leaves it out as long as it is empty. */
  readonly isHiddenWhenEmpty: boolean;
  /** Newest first, at most `limit`; and how many there are in all. */
  rows(inspected: Inspected, limit: number): Rows;
  /** Undefined if there is nothing under the key. */
  detail(inspected: Inspected, key: string): Detail | undefined;
  /** @throws RangeError, TypeError or Refusal that says what does not fit. */
  act(inspected: Inspected, key: string, action: string, values: Values): void;
}

export interface Rows {
  readonly total: number;
  readonly rows: readonly InspectorRow[];
}

/** Names an account; it opens the account, unless that is the platform's or a customer's own. */
export function accountCell({ accounts }: World, id: string | undefined, look?: Look): Cell {
  const isListed = id !== undefined && accounts.connected.has(id);
  return { text: id ?? "", look, opens: isListed ? `accounts/${id}` : undefined };
}

/** The newest of what is kept oldest first. */
export function newest<Item>(
  oldestFirst: readonly Item[],
  limit: number,
  toRow: (item: Item, index: number) => InspectorRow,
): Rows {
  const start = Math.max(0, oldestFirst.length - limit);
  const rows = oldestFirst.slice(start).map((item, index) => toRow(item, start + index));
  return { total: oldestFirst.length, rows: rows.reverse() };
}

export function button(name: string, label: string, ...fields: readonly Field[]): Action {
  return { name, label, fields };
}

/** For an action that a table does not have. */
export function refuseAction(action: string): never {
  throw new RangeError(`Cannot do ${quoted(action)}: there is no such action`);
}
