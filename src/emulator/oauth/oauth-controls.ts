/** Lets tests see and control OAuth connections without a browser. */

import { requireStrings } from "../../checks/arguments.js";
import { checkOptions } from "../../checks/options.js";
import { quoted } from "../../checks/printable.js";
import { defaultOAuthClientId } from "../engine/oauth-options.js";
import type { World } from "../engine/world.js";
import { readAuthorization } from "./authorize.js";
import { disconnect } from "./connections.js";
import { allow, choosableAccounts, decline, signUp } from "./consent.js";
import {
  type Connection,
  type DisconnectReason,
  type NewCustomer,
  oauthOf,
} from "./oauth-store.js";

/** A connection between an app and an account. It is a copy. */
export interface OAuthConnection {
  /** Base64 of `clientId:accountId`, without padding. */
  readonly id: string;
  readonly clientId: string;
  readonly accountId: string;
  readonly status: "CONNECTED" | "DISCONNECTED";
  /** As the app spelled them. */
  readonly authorizedScopes: readonly string[];
  /** Why it ended; undefined while it is connected. */
  readonly disconnected: DisconnectReason | undefined;
  /** Token pairs issued in exchange for a refresh token. */
  readonly refreshes: number;
  /** Refresh tokens exchanged; fewer than `refreshes` if one was reused in its grace period. */
  readonly spent: number;
}

/** The app's request and the customer's decision, in one step. */
export interface ConsentOptions {
  /** Default {@link defaultOAuthClientId}. */
  readonly clientId?: string | undefined;
  readonly redirectUri: string;
  /** Scopes, separated by spaces. */
  readonly scope: string;
  readonly state?: string | undefined;
  /** base64url of the SHA-256 of a PKCE verifier; the method is always S256. */
  readonly codeChallenge?: string | undefined;
  /** The account to connect; default the example customer that every emulator starts with. */
  readonly accountId?: string | undefined;
  /** Opens a new account and connects it. */
  readonly signUp?: true | NewCustomer | undefined;
  /** Whether the customer declines. */
  readonly decline?: boolean | undefined;
}

/** OAuth in an emulator. */
export interface OAuthControls {
  /**
   * Answers the consent page as a customer would, and returns the URL that the browser is redirected to:
   * with a code, or with an error for the app.
   *
   * @throws RangeError if the customer would see an error page, and for an account that cannot be chosen.
   */
  consent(options: ConsentOptions): string;
  /** All connections ever made, including ended ones; one for each pair of app and account. */
  readonly connections: readonly OAuthConnection[];
  /**
   * Disconnects an app as the customer would; given an account id, all apps of the account.
   *
   * @throws RangeError if there is no such connection.
   */
  disconnect(connectionOrAccountId: string): void;
}

export function createOAuthControls(present: () => World): OAuthControls {
  return {
    consent(options) {
      checkConsent(options);
      const world = present();
      const read = readAuthorization(world.settings.oauth, toQuery(options));
      if (read.kind === "refused") throw new RangeError(`Cannot consent: ${read.message}`);
      if (read.kind === "redirect") return read.url;
      if (options.decline) return decline(read.request);
      return allow(world, read.request, chooseAccount(world, options));
    },
    get connections() {
      return oauthOf(present()).connections.all().map(view);
    },
    disconnect(id) {
      requireStrings("Cannot disconnect", { connectionOrAccountId: id });
      const world = present();
      const all = oauthOf(world).connections.all();
      const found = all.filter((one) => one.id === id || one.account.id === id);
      if (found.length === 0) {
        throw new RangeError(`Cannot disconnect: there is no connection ${quoted(id)}`);
      }
      for (const connection of found) disconnect(world, connection, "customer");
    },
  };
}

function checkConsent(options: ConsentOptions): void {
  checkOptions("Cannot consent", options, {
    ...{ clientId: "string", redirectUri: "string", scope: "string", state: "string" },
    ...{ codeChallenge: "string", accountId: "string", signUp: "any", decline: "boolean" },
  });
  const { redirectUri, scope, signUp: customer } = options;
  requireStrings("Cannot consent", { redirectUri, scope });
  if (customer === undefined || typeof customer === "boolean") return;
  checkOptions("Cannot consent", customer, { name: "string", email: "string" }, "signUp.");
  const { name, email } = customer;
  requireStrings("Cannot consent", { "signUp.name": name, "signUp.email": email });
}

function toQuery(options: ConsentOptions): URLSearchParams {
  const { clientId = defaultOAuthClientId, redirectUri, scope, state, codeChallenge } = options;
  return new URLSearchParams({
    response_type: "code",
    client_id: clientId,
    redirect_uri: redirectUri,
    scope,
    ...(state !== undefined && { state }),
    ...(codeChallenge !== undefined && {
      code_challenge: codeChallenge,
      code_challenge_method: "S256",
    }),
  });
}

function chooseAccount(world: World, { accountId, signUp: customer }: ConsentOptions) {
  if (customer) {
    const usual = { name: "New Customer", email: "new@example.com" };
    return signUp(world, customer === true ? usual : customer);
  }
  const all = choosableAccounts(world);
  const found = accountId === undefined ? all[0] : all.find(({ id }) => id === accountId);
  if (found === undefined) {
    throw new RangeError(
      `Cannot consent: there is no account ${quoted(accountId ?? "")} to choose`,
    );
  }
  return found;
}

function view({ account, grant, ...connection }: Connection): OAuthConnection {
  return structuredClone({
    ...connection,
    accountId: account.id,
    authorizedScopes: grant.scopes,
  });
}
