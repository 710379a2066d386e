/** A request for information as the emulator keeps it. */

import type {
  RfiAnswer,
  RfiAnswerTypeInput,
  RfiStatusInput,
  RfiTypeInput,
} from "../../generated/index.js";
import type { AccountRecord } from "../accounts/account-record.js";
import { type Changes, createChanges } from "../engine/changes.js";
import type { Sequenced } from "../engine/cursor-pages.js";

export interface QuestionRecord {
  readonly id: string;
  readonly key: string | undefined;
  readonly title: { readonly en: string; readonly zh: string };
  /** The kind of answer that it asks for. */
  readonly asks: RfiAnswerTypeInput;
  answer: RfiAnswer | undefined;
  /** Whether the person has opened the page of a liveness check. */
  isAlive: boolean;
}

/** Questions that were asked together. */
export interface Round {
  readonly createdAtMs: number;
  readonly expiresAtMs: number | undefined;
  readonly questions: readonly QuestionRecord[];
  updatedAtMs: number;
}

export interface RfiRecord extends Sequenced {
  readonly id: string;
  readonly account: AccountRecord;
  readonly type: RfiTypeInput;
  readonly createdAtMs: number;
  updatedAtMs: number;
  status: RfiStatusInput;
  active: Round | undefined;
  /** Oldest first. */
  answered: readonly Round[];
  /** Cancels the scheduled expiry. */
  cancelExpiry: (() => void) | undefined;
}

/** A change of status, and so of whose turn it is: the account's, the reviewer's or no one's. */
export interface RfiChange {
  readonly rfiId: string;
  readonly accountId: string;
  /** Undefined when the request was just opened. */
  readonly from: RfiStatusInput | undefined;
  readonly to: RfiStatusInput;
  /** Emulator time in milliseconds. */
  readonly atMs: number;
}

export interface RfiStore {
  /** By id, oldest first. */
  readonly byId: Map<string, RfiRecord>;
  readonly changes: Changes<RfiChange>;
}

export function createRfiStore(): RfiStore {
  return { byId: new Map(), changes: createChanges() };
}
