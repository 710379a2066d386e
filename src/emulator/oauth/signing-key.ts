/** The key that signs access tokens: derived from the seed, and published so that they can be verified. */

import { createECDH } from "node:crypto";
import type { JWTPayload } from "jose";
import { digest } from "../engine/random.js";

/** A public key as JSON. */
export interface PublicJwk {
  readonly kty: "EC";
  readonly crv: "P-256";
  readonly x: string;
  readonly y: string;
  readonly kid: string;
  readonly use: "sig";
  readonly alg: "ES256";
}

export interface SigningKey {
  readonly publicJwk: PublicJwk;
  /** Signs complete claims. Only the signature differs from call to call. */
  sign(claims: JWTPayload): Promise<string>;
}

export function createSigningKey(seed: string): SigningKey {
  const secret = digest(seed, "oauth signing key");
  // Below the order of the curve, as a private key must be.
  secret[0] = (secret[0] ?? 0) & 0x7f;
  const publicJwk = publicJwkOf(secret);
  let loaded: Promise<(claims: JWTPayload) => Promise<string>> | undefined;
  return {
    publicJwk,
    async sign(claims) {
      loaded ??= load(secret, publicJwk);
      return (await loaded)(claims);
    },
  };
}

function publicJwkOf(secret: Buffer): PublicJwk {
  const curve = createECDH("prime256v1");
  curve.setPrivateKey(secret);
  // 0x04, then 32 bytes of each coordinate.
  const point = curve.getPublicKey();
  const [x, y] = [point.subarray(1, 33), point.subarray(33)].map((half) =>
    half.toString("base64url"),
  );
  const kid = digest(x ?? "", y ?? "")
    .toString("hex")
    .slice(0, 16);
  return { kty: "EC", crv: "P-256", x: x ?? "", y: y ?? "", kid, use: "sig", alg: "ES256" };
}

async function load(secret: Buffer, { kid, ...jwk }: PublicJwk) {
  const { importJWK, SignJWT } = await import("jose");
  const key = await importJWK({ ...jwk, d: secret.toString("base64url") }, "ES256");
  return (claims: JWTPayload): Promise<string> =>
    new SignJWT(claims).setProtectedHeader({ alg: "ES256", typ: "JWT", kid }).sign(key);
}
