/** Proof key for code exchange (RFC 7636), and the hashes it is made of. */

/** A verifier and its S256 challenge (RFC 7636). */
export async function createPkce(): Promise<{
  readonly verifier: string;
  readonly challenge: string;
}> {
  const verifier = encode(crypto.getRandomValues(new Uint8Array(32)));
  return { verifier, challenge: await fingerprint(verifier) };
}

/** A hash to compare or store instead of a secret. */
export async function fingerprint(text: string): Promise<string> {
  return encode(await digest(text));
}

/** SHA-256 of a text. */
export async function digest(text: string): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
}

function encode(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64url");
}
