/** The whole state of an emulator. A reset creates it anew. */

import { type Accounts, createPlatform } from "../accounts/account-record.js";
import { type AmendmentStore, createAmendmentStore } from "../amendments/amendment-record.js";
import { createTokens, type Tokens } from "../authentication/api-tokens.js";
import { type CapabilityStore, createCapabilityStore } from "../capabilities/capability-record.js";
import { createFileStore, type FileStore } from "../files/file-store.js";
import {
  createEmbeddedStore,
  createHostedFlowStore,
  type EmbeddedStore,
  type HostedFlowStore,
} from "../hosted-flows/hosted-record.js";
import { createInvitationStore, type InvitationStore } from "../invitations/invitation-record.js";
import { createMoney, type Money } from "../money/money-store.js";
import { createOAuthStore, type OAuthStore } from "../oauth/oauth-store.js";
import {
  createOffboardingStore,
  type OffboardingStore,
} from "../offboardings/offboarding-record.js";
import { createFormStore, type FormStore } from "../onboarding-form/form-record.js";
import { createReportStore, type ReportStore } from "../reports/report-record.js";
import { createRfiStore, type RfiStore } from "../rfis/rfi-record.js";
import { createWebhooks, type Webhooks } from "../webhooks/webhook-store.js";
import { type Changes, createChanges } from "./changes.js";
import type { Clock } from "./clock.js";
import { createIds, type Ids } from "./ids.js";
import { createLog, type Log } from "./log.js";
import type { Settings } from "./options.js";
import { createLimiter, type Limiter } from "./rate-limits.js";
import { createRequestIds, type RequestIds } from "./request-ids.js";
import type { LoggedRequest } from "./request-log.js";

export interface World {
  readonly settings: Settings;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly changes: Changes;
  readonly tokens: Tokens;
  readonly limiter: Limiter;
  readonly accounts: Accounts;
  readonly files: FileStore;
  readonly money: Money;
  readonly oauth: OAuthStore;
  readonly requestIds: RequestIds;
  readonly requests: Log<LoggedRequest>;
  readonly webhooks: Webhooks;
  readonly rfis: RfiStore;
  readonly amendments: AmendmentStore;
  readonly offboardings: OffboardingStore;
  readonly capabilities: CapabilityStore;
  readonly invitations: InvitationStore;
  readonly hostedFlows: HostedFlowStore;
  readonly embedded: EmbeddedStore;
  readonly onboardingForms: FormStore;
  readonly reports: ReportStore;
}

export function createWorld(settings: Settings, clock: Clock): World {
  const { seed, tokenLifetimeMs, rateLimits, retryAfter } = settings;
  const ids = createIds(seed);
  const platform = createPlatform(ids, clock.nowMs());
  const limiter = createLimiter(rateLimits, clock.nowMs, retryAfter);
  const tokens = createTokens(seed, clock, ids, tokenLifetimeMs);
  const accounts: Accounts = { platform, connected: new Map() };
  const files = createFileStore(seed, clock, ids);
  const oauth = createOAuthStore(seed, clock.nowMs());
  const changes = createChanges();
  return {
    ...{ settings, clock, ids, changes, tokens, limiter, accounts, files, oauth },
    money: createMoney(platform.id),
    requestIds: createRequestIds(),
    requests: createLog(),
    webhooks: createWebhooks(settings.webhooks, clock, seed),
    rfis: createRfiStore(),
    amendments: createAmendmentStore(),
    offboardings: createOffboardingStore(),
    capabilities: createCapabilityStore(),
    invitations: createInvitationStore(),
    hostedFlows: createHostedFlowStore(),
    embedded: createEmbeddedStore(),
    onboardingForms: createFormStore(),
    reports: createReportStore(),
  };
}
