/** Hosted flows, and codes for embedded components, as the emulator keeps them. */

import type { EmbeddedAuthorizeRequest, HostedFlowCreateParams } from "../../generated/index.js";
import type { AccountRecord } from "../accounts/account-record.js";

export interface HostedFlowRecord {
  readonly id: string;
  readonly account: AccountRecord;
  readonly request: HostedFlowCreateParams;
  status: "INIT" | "PROCESSING" | "FINISHED";
}

interface HostedLink {
  readonly flow: HostedFlowRecord;
  readonly expiresAtMs: number;
  used: boolean;
}

export interface HostedFlowStore {
  readonly byId: Map<string, HostedFlowRecord>;
  /** By the token in the link. */
  readonly links: Map<string, HostedLink>;
}

export function createHostedFlowStore(): HostedFlowStore {
  return { byId: new Map(), links: new Map() };
}

interface EmbeddedCode {
  readonly account: AccountRecord;
  readonly request: EmbeddedAuthorizeRequest;
  readonly expiresAtMs: number;
}

/** By code. */
export type EmbeddedStore = Map<string, EmbeddedCode>;

export function createEmbeddedStore(): EmbeddedStore {
  return new Map();
}
