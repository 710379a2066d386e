/** Permission to show Airwallex components in your own pages, with the proof that goes with it. */

import { createPkce } from "../auth/pkce.js";
import { type ApiPromise, type Call, callAfter, mapCall } from "../call/call.js";
import type { CallOptions } from "../call/settings.js";
import type { EmbeddedScope } from "../generated/embedded.js";
import { embeddedAuthorize } from "../generated/endpoints.js";

/** What the components are for. */
export interface EmbeddedAuthorizeParams {
  readonly scope: readonly EmbeddedScope[];
  /**
   * The platform's own identifier for the person; required for `sca:read` and `sca:write`, strong customer
   * authentication (docs/sca.md).
   */
  readonly identity?: string | undefined;
}

/** Arguments for `init` of `@airwallex/components-sdk`, under the names it uses. */
export interface EmbeddedPermission {
  /** Works once. */
  readonly authCode: string;
  /** The proof that goes with the code; generated here and sent to no one. */
  readonly codeVerifier: string;
  /** When the code expires, 30 seconds after it arrived. */
  readonly expiresAt: Date;
}

/** Embedded components. Errors are the same as for `client.accounts`. */
export interface EmbeddedResource {
  /**
   * Obtains a code that starts components in a browser, and generates the PKCE pair for it. Pass the
   * result to your page at once: the code is valid for 30 seconds.
   *
   * The components act for the account that the client acts for: use `client.onBehalfOf(id)`.
   *
   * See https://www.airwallex.com/docs/api/authentication/api_access_token/authorize
   *
   * @example
   * const seller = client.onBehalfOf(account.id);
   * const permission = await seller.embedded.authorize({ scope: ["onboarding:write"] });
   * // in the browser: await init({ ...permission, clientId, env: "demo", enabledElements: [...] })
   */
  authorize(params: EmbeddedAuthorizeParams, options?: CallOptions): ApiPromise<EmbeddedPermission>;
}

const codeLifetimeMs = 30_000;

export function embeddedResource(call: Call): EmbeddedResource {
  return {
    authorize(params, options) {
      // Copied now: the caller may reuse the objects for another account.
      const [given, own] = [{ ...params, scope: params?.scope as EmbeddedScope[] }, { ...options }];
      return callAfter(createPkce(), ({ verifier, challenge }) =>
        mapCall(
          call(embeddedAuthorize, { body: { ...given, code_challenge: challenge } }, own),
          ({ authorization_code }) => ({
            authCode: authorization_code,
            codeVerifier: verifier,
            expiresAt: new Date(Date.now() + codeLifetimeMs),
          }),
        ),
      );
    },
  };
}
