/** The rows of a report: one per balance or transaction of the platform's connected accounts. */

import type { PlatformReportTypeInput } from "../../generated/index.js";
import { formatTimestamp } from "../engine/api-version.js";
import { isWithin, type Period } from "../engine/period.js";
import type { World } from "../engine/world.js";
import { toText } from "../money/amounts.js";
import { type Movement, moneyOf } from "../money/money-store.js";
import { viewBalances } from "../money/statement.js";

/** When the transactions in a report were created, and when they last changed. */
export interface ReportPeriods {
  readonly created: Period;
  readonly updated: Period;
}

type Writer = (world: World, periods: ReportPeriods, atMs: number) => string;

/** By type of report. Of the last three the emulator has no data, and their columns are not public. */
export const reportWriters: Readonly<Record<PlatformReportTypeInput, Writer>> = {
  BALANCE_REPORT: (world, _, atMs) =>
    toCsv([
      [
        ...["account_id", "currency", "available_balance", "reserved_balance", "total_balance"],
        "last_update",
      ],
      ...[...world.accounts.connected.keys()].flatMap((id) =>
        viewBalances(world, id).map((balance) => [
          ...[id, balance.currency, balance.available_amount, balance.reserved_amount],
          ...[balance.total_amount, timeIn(world, atMs)],
        ]),
      ),
    ]),
  TRANSACTION_RECON_REPORT: (world, { created, updated }) =>
    toCsv([
      [
        ...["transaction_id", "request_id", "account_id", "transaction_type", "status", "currency"],
        ...["amount", "reference", "created_at", "updated_at"],
      ],
      ...moneyOf(world)
        .movements.all()
        .filter((one) => isWithin(created, one.createdAtMs) && isWithin(updated, one.updatedAtMs))
        .flatMap((one) => rowsOf(world, one)),
    ]),
  ACCOUNT_REPORT: (world) =>
    toCsv([
      ["account_id", "identifier", "status", "created_at"],
      ...[...world.accounts.connected.values()].map(({ id, identifier, status, createdAtMs }) => [
        ...[id, identifier ?? "", status, timeIn(world, createdAtMs)],
      ]),
    ]),
  PAYOUT_REPORT: () => toCsv([["account_id"]]),
  ISSUING_TRANSACTION_REPORT: () => toCsv([["account_id"]]),
  APPLICATION_FEE_REPORT: () => toCsv([["account_id"]]),
};

/** A movement is one transaction for each connected account involved. */
function rowsOf(world: World, movement: Movement): readonly Row[] {
  const { id, requestId, kind, status, currency, units, reference } = movement;
  const sides = [
    [movement.payerId, -units],
    [movement.payeeId, units],
  ] as const;
  return sides
    .filter(([accountId]) => world.accounts.connected.has(accountId))
    .map(([accountId, amount]) => [
      ...[id, requestId, accountId, kind.toUpperCase(), status, currency],
      ...[toText(amount, currency), reference],
      ...[timeIn(world, movement.createdAtMs), timeIn(world, movement.updatedAtMs)],
    ]);
}

function timeIn({ settings }: World, ms: number): string {
  return formatTimestamp(ms, settings.apiVersion);
}

type Row = readonly (string | number)[];

/** As in RFC 4180: lines end with CR LF, and a quote within quotes is doubled. */
function toCsv(rows: readonly Row[]): string {
  const cell = (value: string | number): string =>
    /[",\r\n]/.test(String(value)) ? `"${String(value).replaceAll('"', '""')}"` : String(value);
  return rows.map((row) => `${row.map(cell).join(",")}\r\n`).join("");
}
