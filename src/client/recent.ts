/** A cache for things that are cheap to keep but costly to make for each call. */

/** Makes one thing per key, and keeps the `most` latest ones (first in, first out). */
export function keepRecent<T>(most: number, make: (key: string) => T): (key: string) => T {
  const kept = new Map<string, T>();
  return (key) => {
    const known = kept.get(key);
    if (known !== undefined) return known;
    const made = make(key);
    kept.set(key, made);
    if (kept.size > most) kept.delete(kept.keys().next().value as string);
    return made;
  };
}
