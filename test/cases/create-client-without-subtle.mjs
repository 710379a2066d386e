/** A client can be made where `crypto.subtle` is missing, as in jsdom: nothing rejects that nobody holds. */
// right: still alive
const { randomUUID, getRandomValues } = crypto;
Object.defineProperty(globalThis, "crypto", { value: { randomUUID, getRandomValues } });
const { createMemoryStore } = await import("airwallex-connect/stores/memory");
const { oauthClient, sleep } = await import("./lib.mjs");

oauthClient({}, createMemoryStore());
await sleep(50);
console.log("still alive");
