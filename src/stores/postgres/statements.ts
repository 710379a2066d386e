/**
 * The statements of the Postgres store. Each is atomic and takes one round trip; only `lockId` needs a
 * transaction around it. Times are the database's.
 *
 * A fence is one more than the last, or the time in milliseconds if that is greater. So it keeps growing
 * even if the last one was lost because a stale replica took over or the row was swept.
 */

import { lateConfirmMs } from "../claim-state.js";
import { mostSkewMs } from "../record-state.js";
import type { TableNames } from "./tables.js";

/** How long a row without a record is kept after its last use: 30 days. */
const stubMs = 30 * 24 * 60 * 60_000;

/** The current time, not the start of the transaction. */
export const nowMs = "floor(extract(epoch from clock_timestamp()) * 1000)::bigint";

const presentVersion = "case when r.value is null then 0 else r.version end";
/** Null if it cannot be told, because the clock was set back. */
const age = `case when ${nowMs} < written_at_ms - ${mostSkewMs} then null
    else greatest(0, ${nowMs} - written_at_ms) end as age_ms`;
const record = `value, version, case when value is not null then expires_at_ms end as expires_at_ms,
    ${age}`;

export type Statements = ReturnType<typeof writeStatements>;

export function writeStatements(tables: TableNames) {
  return {
    ...writeRecordStatements(tables),
    ...writeListStatements(tables),
    ...writeClaimStatements(tables),
    ...writeSweepStatements(tables),
  };
}

function writeRecordStatements({ records }: TableNames) {
  return {
    /** $1 key. */
    read: `select ${record} from ${records} where key = $1 and value is not null`,

    /**
     * $1 key, $2 lease in ms, $3 version seen or null. A row whose lease is still held is left alone; the
     * second half returns it.
     */
    acquire: `with taken as (
    insert into ${records} as r (key, fence, leased_until_ms, expires_at_ms)
    values ($1, ${nowMs}, ${nowMs} + $2::bigint, ${nowMs} + ${stubMs})
    on conflict (key) do update set
      fence = greatest(r.fence + 1, ${nowMs}),
      leased_until_ms = ${nowMs} + $2::bigint,
      expires_at_ms = case when r.value is null then excluded.expires_at_ms else r.expires_at_ms end
    where r.leased_until_ms <= ${nowMs} and ($3::bigint is null or $3 = ${presentVersion})
    returning *)
  select fence, 0 as remaining_ms, ${record} from taken
  union all
  select null, leased_until_ms - ${nowMs}, ${record} from ${records}
  where key = $1 and not exists (select from taken)`,

    /** $1 key, $2 fence. */
    giveBack: `update ${records} set leased_until_ms = 0 where key = $1 and fence = $2`,

    /** $1 key, $2 value, $3 expires, $4 fence or null, $5 whether to keep the lease, $6 version,
     * $7 whether to keep the age. */
    overwrite: `update ${records} as r set ${assigned("$2", "$3")},
    written_at_ms = case when $7::boolean then r.written_at_ms else ${nowMs} end
  where r.key = $1 and r.value is not null and r.version = $6 and coalesce($4::bigint, r.fence) >= r.fence
  returning version, ${age}`,

    /** The same parameters up to $5, for a key that must be free. */
    create: `insert into ${records} as r (key, value, version, written_at_ms, expires_at_ms, fence)
  values ($1, $2, 1, ${nowMs}, $3::bigint, coalesce($4::bigint, 0))
  on conflict (key) do update set ${assigned("excluded.value", "excluded.expires_at_ms")},
    written_at_ms = ${nowMs}
  where r.value is null and coalesce($4::bigint, r.fence) >= r.fence
  returning version, ${age}`,

    /** $1 key. */
    remove: `update ${records} set value = null, expires_at_ms = ${nowMs} + ${stubMs}
  where key = $1 and value is not null returning key`,
  };
}

function writeListStatements({ records }: TableNames) {
  return {
    /** $1 prefix, $2 last key or '', $3 limit, $4 the last key that the prefix can have. */
    listByKey: `select key, expires_at_ms from ${records}
  where value is not null and key > $2 and key >= $1 and key <= $4 and starts_with(key, $1)
  order by key limit $3`,

    /** $1 prefix, $2 last key, $3 limit, $4 expiring before, $5 expiry of the last key. */
    listByExpiry: `select key, expires_at_ms from ${records}
  where value is not null and starts_with(key, $1)
    and expires_at_ms < $4::bigint and (expires_at_ms, key) > ($5::bigint, $2)
  order by expires_at_ms, key limit $3`,
  };
}

function writeClaimStatements({ claims }: TableNames) {
  return {
    /** $1 id, $2 token, $3 lease in ms. No row means that another process claimed it at the same moment. */
    claim: `with mine as (
    insert into ${claims} as c (id, token, done, until_ms)
    values ($1, $2, false, ${nowMs} + $3::bigint)
    on conflict (id) do update set token = excluded.token, done = false, until_ms = ${nowMs} + $3::bigint
    where c.until_ms <= ${nowMs}
    returning id)
  select 'claimed' as kind from mine
  union all
  select case when done then 'done' else 'busy' end from ${claims}
  where id = $1 and not exists (select from mine)`,

    /** $1 id, $2 token, $3 keep in ms. */
    confirm: `update ${claims} set done = true, until_ms = ${nowMs} + $3::bigint
  where id = $1 and token = $2 returning id, txid_current()::text as transaction`,

    /** $1 id, $2 token. */
    release: `delete from ${claims} where id = $1 and token = $2 and not done returning id`,

    /** $1 id. Locks it until the transaction ends; never waits. */
    lockId: `select pg_try_advisory_xact_lock(hashtextextended($1, 7162013427)) as locked,
    txid_current()::text as transaction`,
  };
}

/**
 * They delete what has no use any more, in small batches, skipping rows in use. The time is a sub-select,
 * evaluated once: an index cannot be searched for what may change from row to row. The rows are an array,
 * so that the planner looks each of them up instead of joining the whole table.
 */
function writeSweepStatements({ records, claims }: TableNames) {
  return {
    sweepClaims: `delete from ${claims} where id = any(array(
    select id from ${claims} where until_ms < (select ${nowMs}) - ${lateConfirmMs}
    order by until_ms limit 1000 for update skip locked))`,

    sweepRecords: `delete from ${records} where key = any(array(
    select key from ${records}
    where value is null and expires_at_ms < (select ${nowMs}) and leased_until_ms < (select ${nowMs})
    order by expires_at_ms limit 1000 for update skip locked))`,
  };
}

function assigned(value: string, expires: string): string {
  return `value = ${value}, version = r.version + 1,
    expires_at_ms = ${expires}::bigint, fence = coalesce($4::bigint, r.fence),
    leased_until_ms = case when $4::bigint is null or $5::boolean then r.leased_until_ms else 0 end`;
}
