/** Puts a client together: each member is made when it is first used, because apps derive many clients. */

import type { TokenManager } from "../auth/token-manager.js";
import { withAuth } from "../auth/with-auth.js";
import { type Call, createCall } from "../call/call.js";
import { createDownload } from "../call/download.js";
import { requestFunction } from "../call/request-function.js";
import type { CallSettings } from "../call/settings.js";
import { onboardingResource } from "../onboarding/resource.js";
import { accountsResource } from "../resources/accounts.js";
import { amendmentsResource } from "../resources/amendments.js";
import { balancesResource } from "../resources/balances.js";
import { beneficiariesResource } from "../resources/beneficiaries.js";
import { capabilitiesResource } from "../resources/capabilities.js";
import { chargesResource } from "../resources/charges.js";
import { conversionsResource } from "../resources/conversions.js";
import { depositsResource } from "../resources/deposits.js";
import { embeddedResource } from "../resources/embedded.js";
import { filesResource } from "../resources/files.js";
import { financialTransactionsResource } from "../resources/financial-transactions.js";
import { globalAccountsResource } from "../resources/global-accounts.js";
import { hostedFlowsResource } from "../resources/hosted-flows.js";
import { invitationLinksResource } from "../resources/invitation-links.js";
import { offboardingsResource } from "../resources/offboardings.js";
import { payoutsResource } from "../resources/payouts.js";
import { quotesResource } from "../resources/quotes.js";
import { ratesResource } from "../resources/rates.js";
import { referenceResource } from "../resources/reference.js";
import { platformReportsResource } from "../resources/reports.js";
import { rfisResource } from "../resources/rfis.js";
import { simulationResource } from "../resources/simulation.js";
import { transfersResource } from "../resources/transfers.js";
import { webhooksResource } from "../resources/webhooks.js";
import type { Send } from "../transport/wire.js";
import type { BaseClient } from "./client-types.js";
import type { CloseOptions } from "./closing.js";
import type { ClientOverrides, Environment } from "./options.js";
import type { Settings } from "./read-options.js";

/** The ways to the API. */
export interface Sends {
  readonly send: Send;
  /** Waits for its turn under the rate limit before each attempt. */
  readonly spacedSendFor: (caller: string) => Send;
  /** To the OAuth token endpoint: on sockets of its own, and its refusals hold back nobody else. */
  readonly tokenSend: Send;
}

/** What a client and everything derived from it have in common. */
export interface Shared extends Sends, Pick<CallSettings, "topics" | "random" | "gate"> {
  readonly close: (options?: CloseOptions) => Promise<void>;
}

/** Who is calling, and with whose tokens. */
export interface Identity {
  /** The token manager for a client with these settings. */
  readonly tokensFor: (settings: Settings) => TokenManager;
  /** Identifies the caller in whatever outlives the process. */
  readonly callerOf: (settings: Settings) => string;
  /** What to check when such a token is refused. */
  readonly check?: string;
}

interface Parts {
  readonly shared: Shared;
  readonly settings: Settings;
  readonly base: CallSettings;
  readonly tokens: TokenManager;
  readonly caller: string;
  readonly call: Call;
}

type MemberName = Exclude<
  keyof BaseClient<Environment>,
  "environment" | "onBehalfOf" | "withOptions" | "close" | typeof Symbol.asyncDispose
>;

const members: { readonly [Name in MemberName]: (parts: Parts) => BaseClient<Environment>[Name] } =
  {
    accounts: ({ call }) => accountsResource(call),
    files: ({ call, shared, base }) => filesResource(call, createDownload(shared.send, base)),
    transfers: ({ call }) => transfersResource(call),
    charges: ({ call }) => chargesResource(call),
    balances: ({ call }) => balancesResource(call),
    globalAccounts: ({ call }) => globalAccountsResource(call),
    deposits: ({ call }) => depositsResource(call),
    rates: ({ call }) => ratesResource(call),
    quotes: ({ call }) => quotesResource(call),
    conversions: ({ call }) => conversionsResource(call),
    beneficiaries: ({ call }) => beneficiariesResource(call),
    payouts: ({ call }) => payoutsResource(call),
    financialTransactions: ({ call }) => financialTransactionsResource(call),
    platformReports: ({ call }) => platformReportsResource(call),
    webhooks: ({ call }) => webhooksResource(call),
    rfis: ({ call }) => rfisResource(call),
    amendments: ({ call }) => amendmentsResource(call),
    offboardings: ({ call }) => offboardingsResource(call),
    invitationLinks: ({ call }) => invitationLinksResource(call),
    capabilities: ({ call }) => capabilitiesResource(call),
    hostedFlows: ({ call }) => hostedFlowsResource(call),
    embedded: ({ call }) => embeddedResource(call),
    onboarding: (parts) => onboardingResource(() => onboardingTools(parts)),
    reference: ({ call }) => referenceResource(call),
    request: ({ call }) => requestFunction(call),
  };

function onboardingTools({ shared, settings, base, tokens, caller }: Parts) {
  const spaced = createCall(withAuth(shared.spacedSendFor(caller), tokens), base);
  return {
    platform: { host: base.hosts.api, caller, onBehalfOf: base.onBehalfOf },
    accounts: accountsResource(spaced),
    files: filesResource(spaced, createDownload(shared.send, base)),
    rfis: rfisResource(spaced),
    perEndpointPerSecond: settings.rateLimit.limits.perEndpointPerSecond,
  };
}

/** A client for these settings. */
export function assemble(
  shared: Shared,
  settings: Settings,
  identity: Identity,
): BaseClient<Environment> {
  const { topics, random, gate } = shared;
  const tokens = identity.tokensFor(settings);
  const refused = { unauthorized: "token_refused", check: identity.check } as const;
  const base: CallSettings = { ...settings.call, topics, random, gate, ...refused };
  const caller = identity.callerOf(settings);
  const send = settings.rateLimit.everyCall ? shared.spacedSendFor(caller) : shared.send;
  const call = createCall(withAuth(send, tokens), base);
  const parts = { shared, settings, base, tokens, caller, call };
  const derive = (overrides: ClientOverrides): BaseClient<Environment> =>
    Object.freeze(assemble(shared, settings.override(overrides), identity));
  const Client = settings.environment === "production" ? productionClient() : sandboxClient();
  return new Client(parts, derive) as unknown as BaseClient<Environment>;
}

/** Makes classes, because getters on a prototype cost nothing for each client. */
function clientClass(makers: Readonly<Record<string, (parts: Parts) => unknown>>) {
  class Client {
    readonly environment: Environment;
    readonly onBehalfOf: (accountId: string) => BaseClient<Environment>;
    readonly withOptions: (overrides: ClientOverrides) => BaseClient<Environment>;
    readonly close: (options?: CloseOptions) => Promise<void>;
    readonly #parts: Parts;
    readonly #made: Record<string, unknown> = {};

    constructor(parts: Parts, derive: (overrides: ClientOverrides) => BaseClient<Environment>) {
      this.#parts = parts;
      this.environment = parts.settings.environment;
      // An id of undefined becomes "", which is rejected; otherwise the platform itself would act.
      this.onBehalfOf = (id) => derive({ onBehalfOf: id ?? "" });
      this.withOptions = derive;
      this.close = parts.shared.close;
    }

    [Symbol.asyncDispose](): Promise<void> {
      return this.close();
    }

    static {
      for (const [name, make] of Object.entries(makers)) {
        Object.defineProperty(Client.prototype, name, {
          enumerable: true,
          get(this: Client) {
            this.#made[name] ??= make(this.#parts);
            return this.#made[name];
          },
        });
      }
    }
  }
  return Client;
}

/** Made by the first client that needs it: an import must not wait for it. */
function once<Value>(make: () => Value): () => Value {
  let made: Value | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

const productionClient = once(() => clientClass(members));
const sandboxClient = once(() =>
  clientClass({ ...members, simulation: ({ call }) => simulationResource(call) }),
);
