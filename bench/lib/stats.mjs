/** Statistics over samples. */

export const lowest = (values) => Math.min(...values);

export const highest = (values) => Math.max(...values);

export const median = (values) => quantile(values, 0.5);

/** By nearest rank, so that the result is always a measured value. */
export function quantile(values, share) {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}
