/** Everything an emulator knows between two requests. A reset makes it anew. */

import { type Accounts, createPlatform } from "./accounts/record.js";
import { type Changes, createChanges } from "./changes.js";
import type { Clock } from "./clock.js";
import { createFileStore, type FileStore } from "./file-store.js";
import { createIds, type Ids } from "./ids.js";
import { createMoney, type Money } from "./money/store.js";
import { createOAuthStore, type OAuthStore } from "./oauth/store.js";
import type { Settings } from "./options.js";
import { createLimiter, type Limiter } from "./rate-limits.js";
import { createRequestIds, type RequestIds } from "./request-ids.js";
import { createTokens, type Tokens } from "./tokens.js";
import { createWebhooks, type Webhooks } from "./webhooks/store.js";

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
  readonly webhooks: Webhooks;
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
  const requestIds = createRequestIds();
  const webhooks = createWebhooks(settings.webhooks, clock, seed);
  const core = { settings, clock, ids, changes, tokens, limiter, requestIds };
  const money = createMoney(platform.id);
  return { ...core, accounts, files, money, oauth, webhooks };
}
