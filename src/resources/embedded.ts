/** Permission for components of Airwallex in your own pages, with the proof that belongs to it. */

import { createPkce } from "../auth/oauth-state.js";
import { type ApiPromise, type Call, callAfter, mapCall } from "../core/call.js";
import type { CallOptions } from "../core/settings.js";
import { embeddedAuthorize } from "../schemas/endpoints.generated.js";

/** What a component may do. Those known are suggested; others are sent as they are. */
export type EmbeddedScope =
  | "w:awx_action:onboarding"
  | "w:awx_action:kyb"
  | "r:awx_action:rfi_view"
  | "w:awx_action:rfi_edit"
  | "r:awx_action:sca_view"
  | "w:awx_action:sca_edit"
  | "w:awx_action:transfers_edit"
  | (string & {});

/** What the components are for. */
export interface EmbeddedAuthorizeInput {
  readonly scope: readonly EmbeddedScope[];
  /** The platform's own name for the person. */
  readonly identity?: string | undefined;
}

/** What `init` of `@airwallex/components-sdk` asks for, under the names that it has there. */
export interface EmbeddedPermission {
  /** Works once. */
  readonly authCode: string;
  /** The proof that goes with the code; it was made here, and has been sent to nobody. */
  readonly codeVerifier: string;
  /** When the code ends, 30 seconds after it came. */
  readonly expiresAt: Date;
}

/** Embedded components. Errors are those of `client.accounts`. */
export interface EmbeddedResource {
  /**
   * Obtains a code with which components start in a browser, and makes the PKCE pair for it. Hand the
   * result to your page at once: the code lives for 30 seconds.
   *
   * The components act for the account that the client acts for: use `client.onBehalfOf(id)`.
   *
   * See https://www.airwallex.com/docs/api/authentication/api_access_token/authorize
   *
   * @example
   * const seller = client.onBehalfOf(account.id);
   * const permission = await seller.embedded.authorize({ scope: ["w:awx_action:onboarding"] });
   * // in the browser: await init({ ...permission, clientId, env: "demo", enabledElements: [...] })
   */
  authorize(input: EmbeddedAuthorizeInput, options?: CallOptions): ApiPromise<EmbeddedPermission>;
}

const codeLifetimeMs = 30_000;

export function embeddedResource(call: Call): EmbeddedResource {
  return {
    authorize(input, options) {
      // As they are now: another call may use the same objects for another account.
      const [given, own] = [{ ...input, scope: input?.scope as string[] }, { ...options }];
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
