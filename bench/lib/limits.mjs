/** What a change must not break. */

export const limits = {
  import: { most: 1.16, text: "an import takes at most 1.16 x the time of bare node" },
  loads: { none: ["undici", "zod", "jose"], text: "an import loads none of undici, zod and jose" },
  dispatcher: { text: "the app's global fetch keeps Node's own dispatcher" },
  get: { most: 1.05, text: "GET with 64 callers costs at most 1.05 x" },
  vendor: { least: 6, text: "GET with 64 callers is at least 6 x as fast as the vendor's SDK" },
  post: { most: 1.1, text: "POST with 64 callers costs at most 1.10 x" },
};

/** Of `npm run alone`. */
export const loneLimits = {
  get: { most: 1.02, text: "a lone GET takes at most 1.02 x as long" },
  post: { most: 1.08, text: "a lone POST takes at most 1.08 x as long" },
};

/** Of `npm run growth`: from 1x to 100x, unless the reason is given. */
export const mostGrowth = 1.2;

/** Of `npm run crowds`. */
export const crowdLimits = { mostSeconds: 60, mostRefused: 0.05, ofTheLimit: 0.75 };

/** Of `npm run limits`: how much of the limit must be used, and what the slowest process must get of its share. */
export const sharedLimits = { leastUsed: 0.95, leastShare: 0.8 };

/** Of `npm run onboarding`: how much longer several processes may take than one. */
export const onboardingLimits = { alone: 1.3, shared: 1.1 };
