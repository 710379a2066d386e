/** Every way to spoil a value in one place. Some leave it valid, which is just as good to compare. */

/** Copies of a value that differ from it in itself, in one member, or in one item of a list. */
export function* changes(value: unknown): Generator<unknown> {
  for (const path of placesIn(value)) {
    const isItem = path.length === 2 && Array.isArray(valueAt(value, path.slice(0, 1)));
    if (path.length > 1 && !isItem) continue;
    for (const changed of changesOf(valueAt(value, path))) yield replaced(value, path, changed);
  }
}

/** One such copy, which may differ at any depth; each number selects one. */
export function change(value: unknown, choice: number): unknown {
  const places = placesIn(value);
  const path = places[choice % places.length] ?? [];
  const changed = [...changesOf(valueAt(value, path))];
  return replaced(value, path, changed[Math.floor(choice / places.length) % changed.length]);
}

/** What JSON and careless code put in place of a value. */
const strangers: readonly unknown[] = [
  ...[null, undefined, true, 0, -1, 0.5, 1e9, 2 ** 53, -(2 ** 53), Number.NaN, 1 / 0, 1n],
  ...["", "x", "WRONG", "GB", "2000-02-29", "1900-02-29", "2023-02-29", "2024-02-30", "2024-13-01"],
  ...["2024-1-01", "2024-02-29T08:30:00+0000", "2024-02-29T24:00:00Z", "2024-02-29T08:30Z"],
  ...["12.50", "-1", "1.", ".5", "1e3", 0.1 + 0.2, 1e21, 1e-7, 123456789012345.6],
  ...[{}, [], [undefined], new Array(2), new Date(0), new Map(), new Set(), new Uint8Array(1)],
  ...[Object.create(null), Object.create({ inherited: 1 }), { constructor: "text" }],
  ...[Symbol("wrong"), { [Symbol("key")]: 1 }, { constructor: {} }, () => undefined],
];

function* changesOf(value: unknown): Generator<unknown> {
  yield* strangers;
  // Lengths count code points; an emoji is one code point but two UTF-16 units.
  if (typeof value === "string") {
    for (const length of lengths) yield* ["x".repeat(length), "\u{1f600}".repeat(length)];
  }
  // Inherited members count as much as own ones, and a list can have members of its own too.
  if (typeof value === "object") yield* [Object.create(value), listWith(value)];
  if (Array.isArray(value)) yield* listChanges(value);
  else if (typeof value === "object" && value !== null) yield* keyChanges(value);
}

/** Around the limits in use. */
const lengths = [2, 3, 4, 5, 19, 20, 21, 49, 50, 51, 149, 150, 151, 500, 501, 1000, 1001, 2001];

function* listChanges(list: readonly unknown[]): Generator<unknown> {
  yield [...list, undefined];
  yield list.slice(1);
  yield Object.assign(new Array(list.length + 1), list);
  for (const length of [3, 11, 101]) yield new Array(length).fill(list[0]);
}

function* keyChanges(value: object): Generator<unknown> {
  const [sibling] = Object.values(value);
  for (const key of [
    "unknown",
    "__proto__",
    "0",
    "x".repeat(21),
    "x".repeat(101),
    "\u{1f600}".repeat(20),
  ]) {
    yield withKey(value, key, sibling);
    yield withKey(value, key, 1);
  }
  for (const count of [5, 6, 21, 51]) yield fromKeys(count, sibling);
  yield Object.defineProperty(copyOf(value), "hidden", { value: sibling });
  yield Object.assign(copyOf(value), { [Symbol("key")]: sibling });
  for (const key of Object.keys(value)) yield withoutKey(value, key);
}

/** The keys that lead to a value, and those to everything beneath it. */
function placesIn(value: unknown, path: readonly string[] = []): readonly (readonly string[])[] {
  if (typeof value !== "object" || value === null) return [path];
  const inner = Object.entries(value).flatMap(([key, one]) => placesIn(one, [...path, key]));
  return [path, ...inner];
}

function valueAt(value: unknown, path: readonly string[]): unknown {
  return path.reduce((outer, key) => (outer as Record<string, unknown>)[key], value);
}

function replaced(value: unknown, [key, ...rest]: readonly string[], changed: unknown): unknown {
  if (key === undefined) return changed;
  return withKey(value as object, key, replaced(valueAt(value, [key]), rest, changed));
}

function listWith(members: object | null): readonly unknown[] {
  const list: unknown[] = [];
  for (const [key, inner] of Object.entries(members ?? {})) {
    if (key !== "length") define(list, key, inner);
  }
  return list;
}

function withKey(value: object, key: string, inner: unknown): unknown {
  return define(copyOf(value), key, inner);
}

function withoutKey(value: object, key: string): unknown {
  const copy = copyOf(value);
  Reflect.deleteProperty(copy, key);
  return copy;
}

function fromKeys(count: number, value: unknown): object {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, value]));
}

function copyOf(value: object): object {
  const copy: object = Array.isArray(value) ? [] : Object.create(Object.getPrototypeOf(value));
  for (const [key, inner] of Object.entries(value)) define(copy, key, inner);
  return copy;
}

/** Assignment would run the setter of `__proto__`. */
function define(holder: object, key: string, value: unknown): object {
  const flags = { configurable: true, enumerable: true, writable: true };
  return Object.defineProperty(holder, key, { value, ...flags });
}
