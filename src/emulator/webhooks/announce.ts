/** Turns changes in the emulator into events. */

import { type AmendmentRecord, amendmentsOf } from "../amendments/amendment-record.js";
import { viewAmendment } from "../amendments/amendments.js";
import { viewCapability } from "../capabilities/capabilities.js";
import { type CapabilityRecord, capabilitiesOf } from "../capabilities/capability-record.js";
import { accountWith, type StatusChange } from "../engine/account-record.js";
import type { RecordChange } from "../engine/table.js";
import type { World } from "../engine/world.js";
import { type Connection, oauthOf } from "../oauth/oauth-store.js";
import { orgIdOf } from "../oauth/oauth-tokens.js";
import { type ReportRecord, reportsOf } from "../reports/report-record.js";
import { viewReport } from "../reports/reports.js";
import { type RfiRecord, rfisOf } from "../rfis/rfi-record.js";
import { announceMoney } from "./announce-money.js";
import { dispatch } from "./dispatch.js";
import { dataOfAccount, type EventData, nameOfStatus } from "./events.js";
import { webhooksOf } from "./webhook-store.js";

/** Announces changes to subscribers. */
export function announce(world: World): World {
  world.accounts.changes.subscribe((change) => announceStatus(world, change));
  oauthOf(world).connections.changes.subscribe((change) => announceConnection(world, change));
  rfisOf(world).changes.subscribe((change) => announceRfi(world, change));
  amendmentsOf(world).changes.subscribe((change) => announceAmendment(world, change));
  capabilitiesOf(world).changes.subscribe((change) => announceCapability(world, change));
  announceMoney(world);
  reportsOf(world).changes.subscribe((change) => announceReport(world, change));
  return world;
}

function announceStatus(world: World, { accountId, from, to, atMs }: StatusChange): void {
  const { platform } = world.accounts;
  const account = accountWith(world.accounts, accountId);
  if (account === undefined) return;
  const tell = (name: string, about: string): void => {
    const data = dataOfAccount(name, account, platform);
    if (data) dispatch(world, { id: world.ids.event(), name, accountId: about, data, atMs });
  };
  if (from === undefined) tell("account.connected", platform.id);
  const name = nameOfStatus(to);
  if (name !== undefined) tell(name, accountId);
}

function announceReport(world: World, { record: report, atMs }: RecordChange<ReportRecord>): void {
  const accountId = world.accounts.platform.id;
  const show = (version: string) => viewReport(world, report, version);
  const data: EventData = { kind: "shown", show };
  const name = "platform_report.completed";
  dispatch(world, { id: world.ids.event(), name, accountId, data, sourceId: report.id, atMs });
}

function announceConnection(world: World, { record, atMs }: RecordChange<Connection>): void {
  const { id: sourceId, clientId, account, status, grant, disconnected } = record;
  if (status !== "DISCONNECTED") return;
  const { id: accountId } = account;
  const data: EventData = {
    kind: "other",
    value: { id: sourceId, account_id: accountId, status, authorized_scopes: [...grant.scopes] },
  };
  const name = "connection.disconnected";
  dispatch(world, { id: world.ids.event(), name, accountId, data, sourceId, atMs });
  for (const { ownerId, connectedIds } of webhooksOf(world).subscriptions.all()) {
    if (ownerId === clientId) connectedIds?.delete(accountId);
  }
  if (disconnected === "customer") announceToApp(world, record, atMs);
}

/** Only what a customer does by hand is announced to the app itself. */
function announceToApp(world: World, { clientId, account }: Connection, atMs: number): void {
  const name = "partner_connection.disconnected";
  const value = { account_ids: [account.id], reason: "user_initiated" };
  const app = { clientId, orgId: orgIdOf(world, account) };
  const about = { accountId: account.id, data: { kind: "other", value }, app, atMs } as const;
  dispatch(world, { id: world.ids.event(), name, ...about });
}

function announceRfi(world: World, { record, atMs }: RecordChange<RfiRecord>): void {
  const data: EventData = { kind: "other", value: { id: record.id } };
  const { id: sourceId, account, status } = record;
  const name = `rfi.${status.toLowerCase()}`;
  dispatch(world, { id: world.ids.event(), name, accountId: account.id, data, sourceId, atMs });
}

/** An amendment is not announced before it is decided. */
function announceAmendment(world: World, { record, atMs }: RecordChange<AmendmentRecord>): void {
  if (record.status === "PENDING") return;
  const data: EventData = { kind: "other", value: viewAmendment(record) };
  const [accountId, sourceId] = [record.account.id, record.id];
  const name = `account_amendment.${record.status.toLowerCase()}`;
  dispatch(world, { id: world.ids.event(), name, accountId, data, sourceId, atMs });
}

function announceCapability(world: World, { record, atMs }: RecordChange<CapabilityRecord>): void {
  const show = (version: string): object => viewCapability(record, version);
  const data: EventData = { kind: "shown", show };
  const [accountId, sourceId] = [record.account.id, record.id];
  const name = `account_capability.${record.status.toLowerCase()}`;
  const id = world.ids.event();
  dispatch(world, { id, name, accountId, data, sourceId, atMs });
}
