/**
 * Invitation links for customers.
 *
 * @see https://www.airwallex.com/docs/api/scale/invitation_links/create
 */

import type { WithoutNulls } from "../../checks/values.js";
import type { InvitationLink, InvitationLinkCreateRequest } from "../../generated/index.js";
import type { AccountRecord } from "../engine/account-record.js";
import { formatTimestamp } from "../engine/api-version.js";
import { dayMs } from "../engine/duration.js";
import { isWebUrl } from "../engine/exchange.js";
import type { OAuthSettings } from "../engine/oauth-options.js";
import { fieldRequired, invalidArgument } from "../engine/refusal.js";
import { createTable, type Table } from "../engine/table.js";
import { defineState, type World } from "../engine/world.js";
import { type ReadAuthorization, readAuthorization } from "../oauth/authorize.js";
import { allowsRedirect } from "../oauth/redirect-uri.js";

export const invitationPath = "/invitations/{token}";

const lifetimeMs = 30 * dayMs;

/** An invitation as the emulator keeps it. */
export interface InvitationRecord {
  readonly id: string;
  /** Part of the link; anyone who has it can use it. */
  readonly token: string;
  readonly request: WithoutNulls<InvitationLinkCreateRequest>;
  /** The account whose connection is to be approved; undefined in mode `oauth2`. */
  readonly account: AccountRecord | undefined;
  readonly createdAtMs: number;
  readonly expiresAtMs: number;
  /** Whether the owner of the account has decided. */
  answered: boolean;
}

/** All invitations of an emulator. */
export const invitationsOf: (world: World) => Table<InvitationRecord> = defineState(() =>
  createTable("Invitation link"),
);

/** @throws Refusal if what the mode needs is missing, or the customer would be refused. */
export function createInvitation(
  world: World,
  request: WithoutNulls<InvitationLinkCreateRequest>,
): InvitationRecord {
  const account = request.mode === "scale_connect" ? readConnect(world, request) : undefined;
  if (request.mode === "oauth2") checkOAuth(world.settings.oauth, request);
  const createdAtMs = world.clock.nowMs();
  const id = world.ids.prefixed("link");
  const token = world.ids.secret("invite");
  const times = { createdAtMs, expiresAtMs: createdAtMs + lifetimeMs };
  const record = { id, token, request, account, ...times, answered: false };
  return invitationsOf(world).add(record);
}

function readConnect(
  { accounts }: World,
  { account_id: id, scale_connect: connect }: WithoutNulls<InvitationLinkCreateRequest>,
): AccountRecord {
  if (id === undefined) throw fieldRequired("account_id");
  if (connect === undefined) throw fieldRequired("scale_connect");
  if (!isWebUrl(connect.redirect_uri)) {
    throw invalidArgument("scale_connect.redirect_uri", "expected an https or http URL");
  }
  const account = accounts.connected.get(id);
  if (account === undefined) {
    throw invalidArgument("account_id", "the platform has no such account");
  }
  return account;
}

function checkOAuth(
  settings: OAuthSettings,
  request: WithoutNulls<InvitationLinkCreateRequest>,
): void {
  if (request.oauth2 === undefined) throw fieldRequired("oauth2");
  const read = readInvited(settings, request);
  if (read.kind === "refused") throw invalidArgument("oauth2.redirect_uri", read.message);
  if (read.kind === "redirect") {
    const why = new URL(read.url).searchParams.get("error_description") ?? "";
    throw invalidArgument("oauth2.scope", why.replace(/\.$/, ""));
  }
}

/** The authorization request behind an invitation, for the app that registered the redirect URI. */
export function readInvited(
  settings: OAuthSettings,
  { oauth2, identifier }: WithoutNulls<InvitationLinkCreateRequest>,
): ReadAuthorization {
  const { redirect_uri = "", scope = [], state } = oauth2 ?? {};
  const app = settings.apps.find((one) => !one.public && allowsRedirect(one, redirect_uri));
  const query = new URLSearchParams({
    response_type: "code",
    client_id: app?.clientId ?? settings.apps[0]?.clientId ?? "",
    redirect_uri,
    scope: scope.join(" "),
    sign_up: "true",
    ...(state !== undefined && { state }),
  });
  const read = readAuthorization(settings, query);
  if (read.kind !== "request") return read;
  return { ...read, request: { ...read.request, identifier } };
}

/** @throws Refusal if there is no such link. */
export function findInvitation(world: World, id: string): InvitationRecord {
  return invitationsOf(world).find(id);
}

export function viewInvitation(
  { id, token, request, createdAtMs, expiresAtMs }: InvitationRecord,
  apiVersion: string,
  origin: string,
): InvitationLink {
  return structuredClone({
    ...request,
    created_at: formatTimestamp(createdAtMs, apiVersion),
    expire_at: formatTimestamp(expiresAtMs, apiVersion),
    id,
    url: origin + invitationPath.replace("{token}", token),
  });
}
