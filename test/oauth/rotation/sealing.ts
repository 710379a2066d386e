/** The keys of the sealed store that processes share. */

export const sealing = { keys: { k1: new Uint8Array(32).fill(7) }, currentKid: "k1" };
