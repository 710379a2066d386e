/** Adds and finds objects, and changes their status. */

import type { AccountRecord } from "../accounts/account-record.js";
import { formatTimestamp } from "../engine/api-version.js";
import { notFound, Refusal } from "../engine/refusal.js";
import type { World } from "../engine/world.js";
import { kinds, type Members, type ProductObject, type SimulatedKind } from "./record.js";

/** Adds an object, or replaces the one with its id. */
export function putObject(
  world: World,
  kind: SimulatedKind,
  accountId: string,
  members: Readonly<Members>,
): ProductObject {
  const { id: idMember, first } = kinds[kind];
  const id = String(members[idMember] ?? world.ids.prefixed(kind));
  const object = {
    ...{ kind, id, accountId },
    members: structuredClone({ ...first, ...members, [idMember]: id }),
  };
  world.products.objects.set(`${kind} ${id}`, object);
  return object;
}

/** @throws Refusal if the account has no such object. */
export function findObject(
  { products }: World,
  kind: SimulatedKind,
  id: string,
  owner: AccountRecord,
): ProductObject {
  const object = products.objects.get(`${kind} ${id}`);
  if (object?.accountId !== owner.id) throw notFound(`${nameOf(kind)} [${id}]`);
  return object;
}

/** Changes the status of an object. @throws Refusal unless its present one is among `from`. */
export function moveObject(
  world: World,
  object: ProductObject,
  { to, from, more }: { to: string; from: readonly string[]; more?: Readonly<Members> },
): void {
  expectStatus(object, object.members["status"], from, to);
  Object.assign(object.members, more, { status: to });
  touch(world, object);
}

/** Marks an object as changed and notifies listeners. */
export function touch(world: World, object: ProductObject): void {
  const atMs = world.clock.nowMs();
  const { changed } = kinds[object.kind];
  if (changed) object.members[changed] = formatTimestamp(atMs, world.settings.apiVersion);
  world.products.changes.publish({ object, atMs });
}

/** @throws Refusal unless the status is among `from`. */
export function expectStatus(
  { kind, id }: ProductObject,
  status: unknown,
  from: readonly string[],
  to: string,
): void {
  if (from.some((one) => one === status)) return;
  const expected = from.length === 0 ? "" : `, expected ${from.join(" or ")}`;
  throw new Refusal(
    400,
    "invalid_status_for_operation",
    `${nameOf(kind)} [${id}] cannot become ${to}: its status is ${String(status)}${expected}.`,
    { source: "status" },
  );
}

/** `Linked account` */
function nameOf(kind: SimulatedKind): string {
  const words = kind.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}
