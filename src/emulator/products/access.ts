/** Lets tests add objects that the emulator does not create itself. */

import type { World } from "../engine/world.js";
import { putObject } from "./objects.js";
import { kinds, type ProductObject, type SimulatedKind } from "./record.js";

/** An object as the API shows it. All its members are kept, and returned by the simulations. */
export interface SimulatedObject {
  /** The account that it belongs to; default the platform. */
  readonly accountId?: string | undefined;
  /** Id and status have defaults; any member may be given. */
  readonly [member: string]: unknown;
}

/** Access to objects of products that the emulator does not model. Everything it returns is a copy. */
export interface SimulatedAccess {
  /**
   * Adds an object for `client.simulation` to act on. One with the same id is replaced.
   *
   * Without a `status`, a `transfer` is `SCHEDULED`, a `payment` `NEW`, a `cardholder` `PENDING`, a
   * `payment_dispute` `REQUIRES_RESPONSE`, a `card_transaction` a `PENDING` authorisation, and a
   * `linked_account` `REQUIRES_ACTION` with a mandate that is `PROCESSING`.
   *
   * @returns The object as the API shows it. Its id is `id`, or `payment_id`, `cardholder_id`,
   *   `transaction_id`.
   * @throws RangeError for an unknown kind.
   */
  put(kind: SimulatedKind, object?: SimulatedObject): Readonly<Record<string, unknown>>;
  /** All objects of a kind, whoever created them, oldest first. */
  list(kind: SimulatedKind): readonly Readonly<Record<string, unknown>>[];
}

export function createSimulatedAccess(currentWorld: () => World): SimulatedAccess {
  return {
    put(kind, { accountId, ...members } = {}) {
      if (!Object.hasOwn(kinds, kind)) {
        const expected = Object.keys(kinds).join(", ");
        throw new RangeError(`Cannot put object: its kind is "${kind}", expected ${expected}`);
      }
      const world = currentWorld();
      world.clock.runDue();
      const owner = accountId ?? world.accounts.platform.id;
      return viewObject(putObject(world, kind, owner, members));
    },
    list(kind) {
      const { products, clock } = currentWorld();
      clock.runDue();
      return [...products.objects.values()].filter((one) => one.kind === kind).map(viewObject);
    },
  };
}

export function viewObject({ members }: ProductObject): Readonly<Record<string, unknown>> {
  return structuredClone(members);
}
