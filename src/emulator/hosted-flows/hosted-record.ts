/** Hosted flows, and codes for embedded components, as the emulator keeps them. */

import type { WithoutNulls } from "../../checks/values.js";
import type { EmbeddedAuthorizeRequest, HostedFlowCreateParams } from "../../generated/index.js";
import type { AccountRecord } from "../engine/account-record.js";
import { dayMs } from "../engine/duration.js";
import { createExpiringMap, type ExpiringMap } from "../engine/expiring-map.js";
import { createTable, type Table } from "../engine/table.js";
import { defineState, type World } from "../engine/world.js";

export interface HostedFlowRecord {
  readonly id: string;
  readonly account: AccountRecord;
  readonly request: WithoutNulls<HostedFlowCreateParams>;
  status: "INIT" | "PROCESSING" | "FINISHED";
}

interface HostedLink {
  readonly flow: HostedFlowRecord;
  readonly expiresAtMs: number;
  used: boolean;
}

/** All hosted flows of an emulator. */
export const hostedFlowsOf: (world: World) => Table<HostedFlowRecord> = defineState(() =>
  createTable("Hosted flow"),
);

/** The links to hosted flows, by the code in the link. */
export const hostedLinksOf: (world: World) => ExpiringMap<HostedLink> = defineState(({ clock }) =>
  // Until then, a link that has expired leads to the platform's `error_url`.
  createExpiringMap(clock, dayMs),
);

interface EmbeddedCode {
  readonly account: AccountRecord;
  readonly request: EmbeddedAuthorizeRequest;
  readonly expiresAtMs: number;
}

/** The codes of embedded components that have not been used, by code. */
export const embeddedCodesOf: (world: World) => ExpiringMap<EmbeddedCode> = defineState(
  ({ clock }) => createExpiringMap(clock),
);
