/** The parts of a Postgres client that are used. */

/** Anything with pg's `query`: its pools and clients, and anything compatible with them. */
export interface PostgresQueryable {
  query(text: string, values?: unknown[]): Promise<{ readonly rows: readonly unknown[] }>;
}

/** A dedicated connection, until it is released. */
export interface PostgresConnection extends PostgresQueryable {
  /** Returns it to its pool; an error or `true` closes it instead. */
  release(error?: Error | boolean): void;
  on?(event: "error", listener: (error: Error) => void): unknown;
  off?(event: "error", listener: (error: Error) => void): unknown;
}

/** The members of a pg pool that the transactional inbox uses. */
export interface PostgresPool extends PostgresQueryable {
  connect(): Promise<PostgresConnection>;
}

export type Row = Readonly<Record<string, unknown>>;

/** Runs one statement and returns its rows. Integers may come as strings: pg does that to bigint. */
export async function rowsOf(
  client: PostgresQueryable,
  text: string,
  values: readonly unknown[],
): Promise<readonly Row[]> {
  const { rows } = await client.query(text, [...values]);
  return rows as readonly Row[];
}

export function toNumber(value: unknown): number | undefined {
  return value === null || value === undefined ? undefined : Number(value);
}
