/** Balances of accounts, and movements between them. */

import type { WithoutNulls } from "../../checks/values.js";
import type {
  DepositStatus,
  MoneyMovementReasonInput,
  MoneyMovementStatus,
  SimulationDepositCreateParams,
  TransferAdditionalInfoInput,
} from "../../generated/index.js";
import { createTable, type Table } from "../engine/table.js";
import { defineState, type World } from "../engine/world.js";
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
  readonly reason: MoneyMovementReasonInput;
  readonly reference: string;
  readonly additionalInfo: TransferAdditionalInfoInput | undefined;
  readonly createdAtMs: number;
  status: MoneyMovementStatus;
  failureReasons: readonly string[];
  updatedAtMs: number;
  /** Cancels the scheduled settlement. */
  cancelSettlement: (() => void) | undefined;
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
  readonly request: WithoutNulls<SimulationDepositCreateParams>;
  /** In the smallest unit of the currency. */
  readonly units: bigint;
  readonly createdAtMs: number;
  status: DepositStatus;
  settledAtMs: number | undefined;
  /** Whether a second deposit has taken it out of the wallet again. */
  isReversed: boolean;
}

/** A payout as the emulator keeps it. */
export interface Payout {
  readonly id: string;
  /** The account that pays. */
  readonly accountId: string;
  /** As the API shows it. */
  readonly members: Record<string, unknown>;
}

export interface Money {
  readonly globalAccounts: Table<GlobalAccount>;
  readonly deposits: Table<Deposit>;
  readonly payouts: Table<Payout>;
  readonly movements: Table<Movement>;
  /** What an account can spend. */
  available(accountId: string, currency: string): bigint;
  set(accountId: string, currency: string, units: bigint): void;
  /** Currencies in which an account has, or once had, a balance. */
  currencies(accountId: string): readonly string[];
}

/** Enough to try things with. */
const startingCurrencies = ["AUD", "EUR", "GBP", "HKD", "SGD", "USD"];
const startingAmount = "1000000";

/** The money of an emulator. The platform starts with some, its accounts with none. */
export const moneyOf: (world: World) => Money = defineState(({ accounts }) => {
  const balances = new Map<string, Map<string, bigint>>();
  const set = (accountId: string, currency: string, units: bigint): void => {
    const own = balances.get(accountId) ?? new Map<string, bigint>();
    balances.set(accountId, own.set(currency, units));
  };
  for (const currency of startingCurrencies) {
    set(accounts.platform.id, currency, toUnits(startingAmount, currency) ?? 0n);
  }
  return {
    globalAccounts: createTable("Global account"),
    deposits: createTable("Deposit"),
    payouts: createTable("Transfer"),
    movements: createTable("Movement"),
    available: (accountId, currency) => balances.get(accountId)?.get(currency) ?? 0n,
    set,
    currencies: (accountId) => [...(balances.get(accountId)?.keys() ?? [])].sort(),
  };
});
