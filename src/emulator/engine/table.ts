/** A table: records by id, oldest first, and news of their changes. */

import { type Changes, createChanges } from "./changes.js";
import { notFound } from "./refusal.js";

export interface TableRecord {
  readonly id: string;
}

/** A change of a record that others may want to know of. */
export interface RecordChange<Row> {
  readonly record: Row;
  /** Emulator time in milliseconds. */
  readonly atMs: number;
}

export interface Table<Row extends TableRecord> {
  /** Adds a record, or replaces the one with its id. */
  add(record: Row): Row;
  delete(id: string): void;
  get(id: string): Row | undefined;
  /**
   * The record with an id.
   *
   * @param isVisible Whether the caller may see it, such as whether it is theirs; default yes.
   * @throws Refusal if there is none that the caller may see.
   */
  find(id: string, isVisible?: (record: Row) => boolean): Row;
  /** The newest record with a key, such as the one that a `request_id` made. */
  withKey(key: string): Row | undefined;
  /** All records, oldest first. */
  all(): readonly Row[];
  /** How many were ever added. */
  readonly added: number;
  readonly changes: Changes<RecordChange<Row>>;
}

/**
 * @param noun What a record is called in a refusal, such as `Amendment`.
 * @param keyOf A second key of a record, for `withKey`; it never changes. Default: there is none.
 */
export function createTable<Row extends TableRecord>(
  noun: string,
  keyOf: (record: Row) => string | undefined = () => undefined,
): Table<Row> {
  const records = new Map<string, Row>();
  const byKey = new Map<string, Row>();
  let added = 0;
  return {
    add(record) {
      added++;
      records.set(record.id, record);
      const key = keyOf(record);
      if (key !== undefined) byKey.set(key, record);
      return record;
    },
    delete(id) {
      const record = records.get(id);
      records.delete(id);
      const key = record && keyOf(record);
      if (key !== undefined && byKey.get(key) === record) byKey.delete(key);
    },
    get: (id) => records.get(id),
    find(id, isVisible = () => true) {
      const record = records.get(id);
      if (record === undefined || !isVisible(record)) throw notFound(`${noun} [${id}]`);
      return record;
    },
    withKey: (key) => byKey.get(key),
    all: () => [...records.values()],
    get added() {
      return added;
    },
    changes: createChanges(),
  };
}
