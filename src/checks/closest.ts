/** Which name was probably meant. */

/** The closest known name, if it is close enough to be the one that was meant. */
export function closest(given: string, known: readonly string[]): string | undefined {
  const plain = simplify(given);
  const same = known.find((name) => simplify(name) === plain);
  if (same !== undefined) return same;
  const near = known
    .map((name) => ({ name, steps: distance(plain, simplify(name)) }))
    .sort((a, b) => a.steps - b.steps)[0];
  if (near && near.steps <= Math.max(1, plain.length / 5)) return near.name;
  // Part of exactly one name: `timeout` in timeoutMs, `status` in account_status.
  const whole = known.filter((name) => isPart(plain, simplify(name)));
  return plain.length > 3 && whole.length === 1 ? whole[0] : undefined;
}

function isPart(part: string, name: string): boolean {
  return name.startsWith(part) || name.endsWith(part);
}

/** `primaryContact`, `PrimaryContact` and `primary_contact` are the same word. */
function simplify(name: string): string {
  return name.replace(/[^\p{L}\p{N}]/gu, "").toLowerCase();
}

/** Levenshtein distance, in which two neighbours that have changed places are one step. */
function distance(a: string, b: string): number {
  let before: readonly number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const other = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swap = swapped ? (before[j - 2] as number) + 1 : Number.POSITIVE_INFINITY;
      next.push(Math.min(other, swap, (row[j] as number) + 1, (next[j - 1] as number) + 1));
    }
    before = row;
    row = next;
  }
  return row[b.length] as number;
}
