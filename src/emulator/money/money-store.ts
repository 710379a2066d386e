/** What the emulator keeps of money: one ledger, and the records of what moves it. */

import type { WithoutNulls } from "../../checks/values.js";
import type {
  BeneficiaryCreateParams,
  DepositStatus,
  GlobalAccountCreateRequest,
  MoneyMovementReasonInput,
  MoneyMovementStatus,
  PayoutCreateRequest,
  SimulationDepositCreateParams,
  TransferAdditionalInfoInput,
} from "../../generated/index.js";
import { createTable, type Table } from "../engine/table.js";
import { defineState, type World } from "../engine/world.js";
import { toUnits } from "./amounts.js";
import { available, createLedger, type Ledger, outside, type Source } from "./ledger.js";
import type { Priced } from "./rates.js";

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

/** An account number through which money comes in from outside. */
export interface GlobalAccountRecord {
  readonly id: string;
  readonly sequence: number;
  /** The account whose wallet it fills. */
  readonly accountId: string;
  readonly currency: string;
  readonly request: WithoutNulls<GlobalAccountCreateRequest>;
  readonly createdAtMs: number;
  nickname: string | undefined;
  status: "PROCESSING" | "ACTIVE" | "CLOSED";
}

/** Incoming money as the emulator keeps it. */
export interface DepositRecord {
  readonly id: string;
  readonly account: GlobalAccountRecord;
  readonly request: WithoutNulls<SimulationDepositCreateParams>;
  /** In the smallest unit of the currency. */
  readonly units: bigint;
  readonly createdAtMs: number;
  status: DepositStatus;
  settledAtMs: number | undefined;
  /** Whether a second deposit has taken it out of the wallet again. */
  isReversed: boolean;
}

/** A rate that is held. */
export interface QuoteRecord {
  readonly id: string;
  readonly accountId: string;
  readonly priced: Priced;
  /** In parts of a million. */
  readonly markupParts: bigint;
  readonly validity: string;
  readonly day: string;
  readonly fromMs: number;
  readonly toMs: number;
  used: boolean;
}

/** A fee of the platform, in the smallest unit of its currency. */
export interface FeeRecord {
  readonly currency: string;
  readonly units: bigint;
  readonly source: "CONVERSION" | "TRANSFER";
}

export interface ConversionRecord {
  readonly id: string;
  readonly shortReferenceId: string;
  readonly accountId: string;
  readonly requestId: string;
  readonly quoteId: string | undefined;
  readonly priced: Priced;
  readonly fees: readonly FeeRecord[];
  readonly feeOptions: readonly object[];
  readonly day: string;
  readonly createdAtMs: number;
  status: "SCHEDULED" | "OVERDUE" | "SETTLED" | "CANCELLED";
  /** Whether the money to sell has left the wallet. */
  funded: boolean;
  updatedAtMs: number;
}

export interface BeneficiaryRecord {
  readonly id: string;
  readonly accountId: string;
  readonly createdAtMs: number;
  details: WithoutNulls<BeneficiaryCreateParams>;
}

export type PayoutStatus =
  | "SCHEDULED"
  | "OVERDUE"
  | "PROCESSING"
  | "SENT"
  | "PAID"
  | "FAILED"
  | "CANCELLED";

/** A payout, which the API calls a transfer. */
export interface PayoutRecord {
  readonly id: string;
  readonly sequence: number;
  readonly shortReferenceId: string;
  /** The account that pays. */
  readonly accountId: string;
  readonly request: WithoutNulls<PayoutCreateRequest>;
  readonly beneficiary: BeneficiaryCreateParams["beneficiary"];
  /** What leaves the wallet and what is sent; the same units unless the currencies differ. */
  readonly priced: Priced;
  readonly fees: readonly FeeRecord[];
  readonly createdAtMs: number;
  status: PayoutStatus;
  failureType: string | undefined;
  updatedAtMs: number;
  /** Cancels the next scheduled step. */
  cancelStep: (() => void) | undefined;
}

export interface Money {
  readonly ledger: Ledger;
  /** Ids of what has taken money out of a wallet, and is not settled yet. */
  readonly open: Set<string>;
  /** What is on its way into wallets, by account and currency. */
  readonly incoming: Map<string, Map<string, bigint>>;
  readonly globalAccounts: Table<GlobalAccountRecord>;
  readonly deposits: Table<DepositRecord>;
  readonly quotes: Table<QuoteRecord>;
  readonly conversions: Table<ConversionRecord>;
  readonly beneficiaries: Table<BeneficiaryRecord>;
  readonly payouts: Table<PayoutRecord>;
  readonly movements: Table<Movement>;
}

/** The key of what an account made with a `request_id`; each account has ids of its own. */
export const requestKey = (accountId: string, requestId: string): string =>
  JSON.stringify([accountId, requestId]);

/** The same of a movement. Transfers and charges have ids of their own too. */
export const movementKey = (kind: MovementKind, ownerId: string, requestId: string): string =>
  JSON.stringify([kind, ownerId, requestId]);

/** Enough to try things with. */
export const startingCurrencies: readonly string[] = ["AUD", "EUR", "GBP", "HKD", "SGD", "USD"];
const startingAmount = "1000000";

/** The money of an emulator. The platform starts with some, its accounts with none. */
export const moneyOf: (world: World) => Money = defineState(({ accounts, ids, clock }) => {
  const ledger = createLedger(ids.entry);
  for (const currency of startingCurrencies) {
    const units = toUnits(startingAmount, currency) ?? 0n;
    adjust(ledger, ids.entry(), accounts.platform.id, { currency, units, atMs: clock.nowMs() });
  }
  return {
    ...{ ledger, open: new Set(), incoming: new Map() },
    globalAccounts: createTable("Global account", ({ accountId, request }) =>
      requestKey(accountId, request.request_id),
    ),
    deposits: createTable("Deposit"),
    quotes: createTable("Quote"),
    conversions: createTable("Conversion", ({ accountId, requestId }) =>
      requestKey(accountId, requestId),
    ),
    beneficiaries: createTable("Beneficiary"),
    payouts: createTable("Transfer", ({ accountId, request }) =>
      requestKey(accountId, request.request_id),
    ),
    movements: createTable("Movement", ({ kind, ownerId, requestId }) =>
      movementKey(kind, ownerId, requestId),
    ),
  };
});

export interface Adjustment {
  readonly currency: string;
  /** What to add; negative units are taken out. */
  readonly units: bigint;
  readonly atMs: number;
}

/** Adds money from nowhere to a wallet, as a bank's correction does. */
export function adjust(
  ledger: Ledger,
  id: string,
  accountId: string,
  { currency, units, atMs }: Adjustment,
): void {
  const source: Source = { id, type: "ADJUSTMENT" };
  ledger.post(source, atMs, [
    { book: outside, currency, units: -units },
    { book: available(accountId), currency, units },
  ]);
}

/** What an account can spend. */
export const spendable = (world: World, accountId: string, currency: string): bigint =>
  moneyOf(world).ledger.balance(available(accountId), currency);

/** Notes that money is on its way into a wallet; negative units, that it no longer is. */
export function expectIncoming(
  world: World,
  accountId: string,
  currency: string,
  units: bigint,
): void {
  const { incoming } = moneyOf(world);
  const own = incoming.get(accountId) ?? new Map<string, bigint>();
  incoming.set(accountId, own.set(currency, (own.get(currency) ?? 0n) + units));
}
