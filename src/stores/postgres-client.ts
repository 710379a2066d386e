/** What is asked of a Postgres client. */

/** Anything with the `query` of pg: its pools and clients, and whatever was made to look like them. */
export interface PostgresQueryable {
  query(text: string, values?: unknown[]): Promise<{ readonly rows: readonly unknown[] }>;
}

/** A connection of its own, for as long as it is not released. */
export interface PostgresConnection extends PostgresQueryable {
  /** Gives it back to its pool; with an error or `true`, to be closed. */
  release(error?: Error | boolean): void;
  on?(event: "error", listener: (error: Error) => void): unknown;
  off?(event: "error", listener: (error: Error) => void): unknown;
}

/** The members of a pg pool that the transactional inbox uses. */
export interface PostgresPool extends PostgresQueryable {
  connect(): Promise<PostgresConnection>;
}

export type Row = Readonly<Record<string, unknown>>;

/** Runs one statement and answers its rows. Whole numbers may come as texts: pg does that to bigint. */
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
