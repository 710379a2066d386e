/** A request for information as the emulator keeps it. */

import type {
  RfiAnswer,
  RfiAnswerTypeInput,
  RfiStatusInput,
  RfiTypeInput,
  SimulationRfiSource,
} from "../../generated/index.js";
import type { AccountRecord } from "../engine/account-record.js";
import type { Sequenced } from "../engine/paging.js";
import { createTable, type Table } from "../engine/table.js";
import { defineState, type World } from "../engine/world.js";

export interface QuestionRecord {
  readonly id: string;
  readonly key: string | undefined;
  readonly title: { readonly en: string; readonly zh: string };
  /** The kind of answer that it asks for. */
  readonly asks: RfiAnswerTypeInput;
  /** Who or what it is about; undefined for the subject of its type. */
  readonly sources: readonly SimulationRfiSource[] | undefined;
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

/**
 * All requests for information of an emulator. A change is one of status, and so of whose turn it is: the
 * account's, the reviewer's or no one's.
 */
export const rfisOf: (world: World) => Table<RfiRecord> = defineState(() => createTable("RFI"));
