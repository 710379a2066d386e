/**
 * The `state` of an authorization: encrypted, short-lived, and bound to a value that the app keeps in the
 * visitor's session. A forged or replayed callback is thus refused without a database, and the state can
 * carry the PKCE verifier. See RFC 6749, section 10.12.
 */

import { digest, fingerprint } from "../auth/pkce.js";
import { OAuthCallbackError } from "../errors/index.js";

export interface StateContents {
  /** Whatever the app wants back. */
  readonly state: string | undefined;
  readonly codeVerifier: string | undefined;
}

export interface StateSealer {
  seal(contents: StateContents, session: string): Promise<string>;
  /** @throws OAuthCallbackError if the state is not ours, has expired, or belongs to another session */
  open(state: string, session: string): Promise<StateContents>;
}

const lifetimeSeconds = 10 * 60;
/** How far apart the clocks of an app's own processes may be. */
const toleranceSeconds = 5;

export function createStateSealer(clientSecret: string): StateSealer {
  // Made when it is first needed: nobody would hold the promise, and its rejection would end the process.
  let made: Promise<Uint8Array> | undefined;
  const key = (): Promise<Uint8Array> => {
    made ??= digest(`airwallex-connect state ${clientSecret}`);
    return made;
  };
  return {
    async seal({ state, codeVerifier }, session) {
      const { EncryptJWT } = await import("jose");
      const bound = await fingerprint(session);
      return await new EncryptJWT({ s: state, v: codeVerifier, b: bound })
        .setProtectedHeader({ alg: "dir", enc: "A256GCM" })
        .setIssuedAt()
        .setExpirationTime(`${lifetimeSeconds}s`)
        .encrypt(await key());
    },
    async open(state, session) {
      const { jwtDecrypt, errors } = await import("jose");
      const { payload } = await jwtDecrypt(state, await key(), {
        clockTolerance: toleranceSeconds,
        keyManagementAlgorithms: ["dir"],
        contentEncryptionAlgorithms: ["A256GCM"],
      }).catch((error: unknown) => {
        const code = error instanceof errors.JWTExpired ? "state_expired" : "state_invalid";
        throw new OAuthCallbackError(code);
      });
      const { s, v, b } = payload as {
        readonly s?: string;
        readonly v?: string;
        readonly b?: string;
      };
      if (b !== (await fingerprint(session))) throw new OAuthCallbackError("state_mismatch");
      return { state: s, codeVerifier: v };
    },
  };
}
