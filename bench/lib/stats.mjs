/** What is made of the samples. */

export const lowest = (values) => Math.min(...values);

export const highest = (values) => Math.max(...values);

export const median = (values) => quantile(values, 0.5);

/** By nearest rank, so that it is always a value that was measured. */
export function quantile(values, share) {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}
