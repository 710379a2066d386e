/** Balances of accounts, and movements between them. */

import type {
  DepositStatus,
  MoneyMovementStatus,
  SimulationDepositCreateParams,
} from "../../generated/index.js";
import { type Changes, createChanges } from "../engine/changes.js";
import { toUnits } from "./amounts.js";

export type MovementKind = "transfer" | "charge";

/** A transfer or a charge as the emulator keeps it. */
export interface Movement {
  readonly kind: MovementKind;
  readonly id: string;
  readonly shortReferenceId: string;
  readonly requestId: string;
  /** The account that made it: the payer of a transfer, the payee of a charge. */
  readonly ownerId: string;
  readonly payerId: string;
  readonly payeeId: string;
  /** In the smallest unit of the currency. */
  readonly units: bigint;
  readonly currency: string;
  readonly reason: string;
  readonly reference: string;
  readonly description: string | undefined;
  readonly additionalInfo: unknown;
  readonly createdAtMs: number;
  status: MoneyMovementStatus;
  failureReasons: readonly unknown[];
  updatedAtMs: number;
  /** Cancels the scheduled settlement. */
  cancelSettlement: (() => void) | undefined;
}

export interface MovementChange {
  readonly movement: Movement;
  /** Emulator time in milliseconds. */
  readonly atMs: number;
}

/** An account through which money comes in from outside. */
export interface GlobalAccount {
  readonly id: string;
  /** The account whose wallet it fills. */
  readonly accountId: string;
  readonly currency: string;
}

/** Incoming money as the emulator keeps it. */
export interface Deposit {
  readonly id: string;
  readonly account: GlobalAccount;
  readonly request: SimulationDepositCreateParams;
  /** In the smallest unit of the currency. */
  readonly units: bigint;
  readonly createdAtMs: number;
  status: DepositStatus;
  settledAtMs: number | undefined;
}

export interface DepositChange {
  readonly deposit: Deposit;
  /** Emulator time in milliseconds. */
  readonly atMs: number;
}

/** A payout as the emulator keeps it. */
export interface Payout {
  readonly id: string;
  /** The account that pays. */
  readonly accountId: string;
  /** As the API shows it. */
  readonly members: Record<string, unknown>;
}

export interface PayoutChange {
  readonly payout: Payout;
  /** Emulator time in milliseconds. */
  readonly atMs: number;
}

export interface Money {
  /** By id. */
  readonly globalAccounts: Map<string, GlobalAccount>;
  /** By id, oldest first. */
  readonly deposits: Map<string, Deposit>;
  readonly depositChanges: Changes<DepositChange>;
  /** By id, oldest first. */
  readonly payouts: Map<string, Payout>;
  readonly payoutChanges: Changes<PayoutChange>;
  /** By id, oldest first. */
  readonly movements: Map<string, Movement>;
  readonly changes: Changes<MovementChange>;
  /** What an account can spend. */
  available(accountId: string, currency: string): bigint;
  set(accountId: string, currency: string, units: bigint): void;
  /** Currencies in which an account has, or once had, a balance. */
  currencies(accountId: string): readonly string[];
}

/** Enough to try things with. */
const startingCurrencies = ["AUD", "EUR", "GBP", "HKD", "SGD", "USD"];
const startingAmount = "1000000";

/** The platform starts with money, its accounts with none. */
export function createMoney(platformId: string): Money {
  const balances = new Map<string, Map<string, bigint>>();
  const set = (accountId: string, currency: string, units: bigint): void => {
    const own = balances.get(accountId) ?? new Map<string, bigint>();
    balances.set(accountId, own.set(currency, units));
  };
  for (const currency of startingCurrencies) {
    set(platformId, currency, toUnits(startingAmount, currency) ?? 0n);
  }
  return {
    globalAccounts: new Map(),
    deposits: new Map(),
    depositChanges: createChanges(),
    payouts: new Map(),
    payoutChanges: createChanges(),
    movements: new Map(),
    changes: createChanges(),
    available: (accountId, currency) => balances.get(accountId)?.get(currency) ?? 0n,
    set,
    currencies: (accountId) => [...(balances.get(accountId)?.keys() ?? [])].sort(),
  };
}
