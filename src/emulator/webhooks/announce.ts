/** Turns changes in the emulator into events. */

import type { AmendmentChange } from "../amendments/amendment-record.js";
import { viewAmendment } from "../amendments/amendments.js";
import { viewCapability } from "../capabilities/capabilities.js";
import type { CapabilityChange } from "../capabilities/capability-record.js";
import type { StatusChange } from "../engine/changes.js";
import type { World } from "../engine/world.js";
import { viewDeposit } from "../money/deposits.js";
import type { DepositChange, MovementChange, PayoutChange } from "../money/money-store.js";
import { viewPayout } from "../money/payouts.js";
import { viewMovement } from "../money/view-money.js";
import type { ConnectionChange } from "../oauth/oauth-store.js";
import type { ReportChange } from "../reports/report-record.js";
import { viewReport } from "../reports/reports.js";
import type { RfiChange } from "../rfis/rfi-record.js";
import { dispatch } from "./dispatch.js";
import { dataOfAccount, type EventData, nameOfStatus } from "./events.js";

/** Announces changes to subscribers. */
export function announce(world: World): World {
  world.changes.subscribe((change) => announceStatus(world, change));
  world.oauth.changes.subscribe((change) => announceConnection(world, change));
  world.rfis.changes.subscribe((change) => announceRfi(world, change));
  world.amendments.changes.subscribe((change) => announceAmendment(world, change));
  world.capabilities.changes.subscribe((change) => announceCapability(world, change));
  world.money.changes.subscribe((change) => announceMovement(world, change));
  world.money.depositChanges.subscribe((change) => announceDeposit(world, change));
  world.money.payoutChanges.subscribe((change) => announcePayout(world, change));
  world.reports.changes.subscribe((change) => announceReport(world, change));
  return world;
}

function announceStatus(world: World, { accountId, from, to, atMs }: StatusChange): void {
  const { connected, platform } = world.accounts;
  const account = connected.get(accountId);
  // Accounts of OAuth customers are not the platform's.
  if (account === undefined) return;
  const tell = (name: string, about: string): void => {
    const data = dataOfAccount(name, account, platform);
    if (data) dispatch(world, { id: world.ids.event(), name, accountId: about, data, atMs });
  };
  if (from === undefined) tell("account.connected", platform.id);
  const name = nameOfStatus(to);
  if (name !== undefined) tell(name, accountId);
}

function announceMovement(world: World, { movement, atMs }: MovementChange): void {
  const { kind, id: sourceId, ownerId: accountId, status } = movement;
  const about = kind === "transfer" ? "connected_account_transfer" : "charge";
  const name = `${about}.${status.toLowerCase()}`;
  const data: EventData = { kind: "shown", show: (version) => viewMovement(movement, version) };
  dispatch(world, { id: world.ids.event(), name, accountId, data, sourceId, atMs });
}

function announceDeposit(world: World, { deposit, atMs }: DepositChange): void {
  const { id: sourceId, account, status } = deposit;
  const { accountId } = account;
  const name = `deposit.${status.toLowerCase()}`;
  const data: EventData = { kind: "shown", show: (version) => viewDeposit(deposit, version) };
  dispatch(world, { id: world.ids.event(), name, accountId, data, sourceId, atMs });
}

function announcePayout(world: World, { payout, atMs }: PayoutChange): void {
  const { id: sourceId, accountId } = payout;
  const value = viewPayout(payout);
  const name = `payout.transfer.${String(value.status).toLowerCase()}`;
  const data: EventData = { kind: "other", value };
  dispatch(world, { id: world.ids.event(), name, accountId, data, sourceId, atMs });
}

function announceReport(world: World, { report, atMs }: ReportChange): void {
  const accountId = world.accounts.platform.id;
  const show = (version: string) => viewReport(world, report, version);
  const data: EventData = { kind: "shown", show };
  const name = "platform_report.completed";
  dispatch(world, { id: world.ids.event(), name, accountId, data, sourceId: report.id, atMs });
}

function announceConnection(world: World, change: ConnectionChange): void {
  if (change.to !== "DISCONNECTED") return;
  const { connectionId, accountId, authorizedScopes, to: status, atMs } = change;
  const data: EventData = {
    kind: "other",
    value: {
      id: connectionId,
      account_id: accountId,
      status,
      authorized_scopes: [...authorizedScopes],
    },
  };
  const id = world.ids.event();
  const name = "connection.disconnected";
  dispatch(world, { id, name, accountId, data, sourceId: connectionId, atMs });
}

function announceRfi(world: World, { rfiId, accountId, to, atMs }: RfiChange): void {
  const data: EventData = { kind: "other", value: { id: rfiId } };
  const name = `rfi.${to.toLowerCase()}`;
  dispatch(world, { id: world.ids.event(), name, accountId, data, sourceId: rfiId, atMs });
}

/** An amendment is not announced before it is decided. */
function announceAmendment(world: World, { amendment, to, atMs }: AmendmentChange): void {
  if (to === "PENDING") return;
  const data: EventData = { kind: "other", value: viewAmendment(amendment) };
  const [accountId, sourceId] = [amendment.account.id, amendment.id];
  const name = `account_amendment.${to.toLowerCase()}`;
  dispatch(world, { id: world.ids.event(), name, accountId, data, sourceId, atMs });
}

function announceCapability(world: World, { capability, to, atMs }: CapabilityChange): void {
  const show = (version: string): object => viewCapability(capability, version);
  const data: EventData = { kind: "shown", show };
  const [accountId, sourceId] = [capability.account.id, capability.id];
  const name = `account_capability.${to.toLowerCase()}`;
  const id = world.ids.event();
  dispatch(world, { id, name, accountId, data, sourceId, atMs });
}
