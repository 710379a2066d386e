/**
 * OAuth scopes: their old and new spellings, and the endpoints that require them.
 *
 * @see https://www.airwallex.com/docs/partner-connections/integration-guide
 */

import type { EndpointKey } from "../engine/handlers.js";
import { Refusal } from "../engine/refusal.js";

interface Scope {
  /** The newer spelling, `<resource>:<read|write>`. */
  readonly name: string;
  /** The older spelling, `<r|w>:awx_action:<resource>_<view|edit>`. */
  readonly older: string | undefined;
  /** What the consent page says. */
  readonly words: string;
}

const scopes = [
  {
    name: "account_details:read",
    older: "r:awx_action:settings.account_details_view",
    words: "See the details of your account",
  },
  {
    name: "balance:read",
    older: "r:awx_action:balances_view",
    words: "See your balances",
  },
  {
    name: "transfer:read",
    older: "r:awx_action:transfers_view",
    words: "See your transfers",
  },
  {
    name: "transfer:write",
    older: "w:awx_action:transfers_edit",
    words: "Send money from your account",
  },
  {
    name: "contact_management:write",
    older: "w:awx_action:contact_management_edit",
    words: "Add and change your contacts",
  },
  {
    name: "payment_links:write",
    older: "w:awx_action:payment_links_edit",
    words: "Make payment links",
  },
  {
    name: "global_account:read",
    older: "r:awx_action:global_accounts_view",
    words: "See your global accounts",
  },
  {
    name: "risk.rfi:read",
    older: "r:awx_action:rfi_view",
    words: "See what Airwallex asks about your account",
  },
  {
    name: "risk.rfi:write",
    older: "w:awx_action:rfi_edit",
    words: "Answer what Airwallex asks about your account",
  },
  { name: "file:upload", older: undefined, words: "Upload files for your account" },
  { name: "file:read", older: undefined, words: "Download files of your account" },
  { name: "simulation:write", older: undefined, words: "Simulate events in the sandbox" },
] as const satisfies readonly Scope[];

export type ScopeName = (typeof scopes)[number]["name"];

/** The scopes that endpoints require. Those neither here nor in `simulates` are for API keys only. */
const needed: Partial<Record<EndpointKey, ScopeName>> = {
  accountsCurrent: "account_details:read",
  accountsWalletInfo: "account_details:read",
  balancesCurrent: "balance:read",
  filesUpload: "file:upload",
  filesDownloadLinks: "file:read",
  rfisList: "risk.rfi:read",
  rfisRetrieve: "risk.rfi:read",
  rfisRespond: "risk.rfi:write",
  simulationRfisCreate: "simulation:write",
  simulationRfisFollowUp: "simulation:write",
  simulationRfisClose: "simulation:write",
  simulationAmendmentsApprove: "simulation:write",
  simulationAmendmentsReject: "simulation:write",
};

/** Simulations that act on the token's own account. */
const simulates = /^simulation(?:Deposits|Transfers)/;

export function scopeFor(endpoint: EndpointKey): ScopeName | undefined {
  return simulates.test(endpoint) ? "simulation:write" : needed[endpoint];
}

/** Every scope that the emulator knows, the newer spelling first. */
export const scopeWords: readonly string[] = scopes.flatMap(({ name, older }) =>
  older === undefined ? [name] : [name, older],
);

/** @throws Refusal that names the missing scope. */
export function requireScope(granted: readonly string[], scope: ScopeName | undefined): void {
  if (scope === undefined) {
    throw new Refusal(403, "forbidden", "This endpoint cannot be called with an OAuth token.");
  }
  if (holds(granted, scope)) return;
  throw new Refusal(403, "forbidden", `The access token lacks the scope [${scope}].`, {
    source: "scope",
  });
}

/** Whether a scope is among others, in either spelling. */
export function holds(words: readonly string[], word: string): boolean {
  return words.some((other) => canonical(other) === canonical(word));
}

/** What a scope means to the customer; one that only the app's options know is shown as it is. */
export function explainScope(word: string): string {
  return scopes.find(({ name }) => name === canonical(word))?.words ?? word;
}

function canonical(word: string): string {
  return scopes.find(({ older }) => older === word)?.name ?? word;
}
