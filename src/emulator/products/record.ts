/**
 * Objects of products that the emulator does not model: payouts, linked accounts, payment disputes and
 * cards. Tests add them, or simulations create them; they have a status, and only the rules that the
 * simulations enforce.
 */

import { type Changes, createChanges } from "../engine/changes.js";

/** The kind of an object; `transfer` is a payout, `payment` one before API version 2024-01-31. */
export type SimulatedKind =
  | "transfer"
  | "payment"
  | "linked_account"
  | "cardholder"
  | "payment_dispute"
  | "card_transaction";

/** As the API shows an object. */
export type Members = Record<string, unknown>;

export interface ProductObject {
  readonly kind: SimulatedKind;
  readonly id: string;
  readonly accountId: string;
  /** As the API shows it. */
  readonly members: Members;
}

export interface ProductChange {
  readonly object: ProductObject;
  /** Emulator time in milliseconds. */
  readonly atMs: number;
}

export interface Products {
  /** By kind and id, oldest first. */
  readonly objects: Map<string, ProductObject>;
  readonly changes: Changes<ProductChange>;
}

export function createProducts(): Products {
  return { objects: new Map(), changes: createChanges() };
}

interface Kind {
  /** The member that holds its id. */
  readonly id: string;
  /** The member that says when it last changed. */
  readonly changed?: string;
  /** Default members. */
  readonly first: Readonly<Members>;
  /** The part of its event names before the status. */
  readonly event?: string;
}

export const kinds: Readonly<Record<SimulatedKind, Kind>> = {
  transfer: {
    id: "id",
    changed: "updated_at",
    first: { status: "SCHEDULED" },
    event: "payout.transfer",
  },
  payment: { id: "payment_id", changed: "last_updated_at", first: { status: "NEW" } },
  linked_account: {
    id: "id",
    first: { status: "REQUIRES_ACTION", mandate: { status: "PROCESSING" } },
    event: "linked_account",
  },
  cardholder: { id: "cardholder_id", first: { status: "PENDING" } },
  payment_dispute: {
    id: "id",
    changed: "updated_at",
    first: { status: "REQUIRES_RESPONSE", stage: "CHARGEBACK" },
  },
  card_transaction: {
    id: "transaction_id",
    first: { status: "PENDING", transaction_type: "AUTHORIZATION" },
  },
};
