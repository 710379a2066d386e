/** What the compiler must accept and refuse of a client. Checked by tsc; never run. */

import { expectTypeOf } from "vitest";
import * as z from "zod";
import {
  type Account,
  type AccountList,
  type AccountsResource,
  type ApiPromise,
  type Client,
  createClient,
  type Environment,
  type ListPromise,
  type NetworkError,
  type NumberedPage,
  type OAuthOptions,
  type OAuthScope,
  type PlatformReport,
  type ResponseInfo,
  type RfiQuestion,
  type RfiReply,
  type SimulatedDeposit,
  type SimulationResource,
  type UploadedFile,
  whatIsMissing,
} from "../../src/index.js";

declare const key: { readonly clientId: string; readonly apiKey: string };
declare const environment: Environment;
declare const app: OAuthOptions;

const sandbox = createClient({ ...key, environment: "sandbox" });
const demo = createClient({ ...key, environment: "demo" });
const production = createClient({ ...key, environment: "production" });
const either = createClient({ ...key, environment });

// Scopes complete in an editor, and others are accepted
expectTypeOf<OAuthScope>().toExtend<NonNullable<OAuthOptions["scopes"]>[number]>();
expectTypeOf<"brand:new">().toExtend<NonNullable<OAuthOptions["scopes"]>[number]>();
expectTypeOf<"file:read">().not.toExtend<OAuthScope>();

// createClient() offers simulation outside production, and nowhere else
expectTypeOf(sandbox.simulation).toEqualTypeOf<SimulationResource>();
expectTypeOf(demo.simulation).toEqualTypeOf<SimulationResource>();
expectTypeOf(sandbox.onBehalfOf("acct_1").simulation).toEqualTypeOf<SimulationResource>();
expectTypeOf(sandbox.withOptions({ maxRetries: 1 }).simulation).toEqualTypeOf<SimulationResource>();
// @ts-expect-error: production has no simulation
production.simulation;
// @ts-expect-error: nor does anything derived from it
production.onBehalfOf("acct_1").simulation;
// @ts-expect-error: nor does anything derived from it
production.withOptions({}).simulation;
// @ts-expect-error: nor does a client that may be for production
either.simulation;
if (either.environment !== "production" && "simulation" in either) either.simulation;

// createClient() keeps the environment's literal type
expectTypeOf(sandbox.environment).toEqualTypeOf<"sandbox">();
expectTypeOf(production).toEqualTypeOf<Client<"production">>();
expectTypeOf(sandbox).toExtend<Client<"sandbox">>();

// A function that accepts any client accepts each of them
declare function open(client: { readonly accounts: AccountsResource }): void;
open(sandbox);
open(production);

// createClient() requires an environment, and knows its options
// @ts-expect-error: no environment
createClient(key);
// @ts-expect-error: neither a key nor an app
createClient({ environment: "sandbox" });
// @ts-expect-error: half a key
createClient({ environment: "sandbox", clientId: "a" });
// @ts-expect-error: half a key, with an app
createClient({ environment: "sandbox", oauth: app, apiKey: "a" });
createClient({ environment: "sandbox", oauth: app }).oauth;
createClient({ ...key, environment: "sandbox", oauth: app }).oauth;
// @ts-expect-error: without an app there are no customers
sandbox.oauth;
// @ts-expect-error: unknown environment
createClient({ ...key, environment: "staging" });
// @ts-expect-error: unknown option
createClient({ ...key, environment: "sandbox", timeout: 5 });
// @ts-expect-error: a number is needed
sandbox.withOptions({ timeoutMs: "5" });
// @ts-expect-error: the key cannot be changed afterwards
sandbox.withOptions({ apiKey: "other" });
// @ts-expect-error: an id is required, or calls would act for the platform
sandbox.onBehalfOf(undefined);

// A client is readonly
// @ts-expect-error: readonly
sandbox.accounts = production.accounts;
// @ts-expect-error: readonly
sandbox.environment = "sandbox";

// Every method returns a promise of its data, and of the details of the response
expectTypeOf(sandbox.accounts.retrieve("acct_1")).toEqualTypeOf<ApiPromise<Account>>();
expectTypeOf(sandbox.accounts.retrieve("acct_1").withResponse()).resolves.toEqualTypeOf<{
  readonly data: Account;
  readonly response: ResponseInfo;
}>();
expectTypeOf(sandbox.accounts.current).returns.resolves.toEqualTypeOf<Account>();
expectTypeOf(sandbox.files.upload).returns.resolves.toEqualTypeOf<UploadedFile>();
expectTypeOf(sandbox.simulation.accounts.updateStatus).returns.resolves.toEqualTypeOf<Account>();

expectTypeOf(sandbox.accounts.suspend).returns.resolves.toEqualTypeOf<readonly Account[]>();

// Simulations of money: available outside production, with closed requests and open answers
declare const productionClient: Client<"production">;
// @ts-expect-error: production has no simulation
productionClient.simulation.deposits;
expectTypeOf(sandbox.simulation.deposits.settle("dep_1")).toEqualTypeOf<ApiPromise<boolean>>();
expectTypeOf(sandbox.simulation.deposits.create).returns.resolves.toEqualTypeOf<SimulatedDeposit>();
sandbox.simulation.transfers.transition("tfr_1", { next_status: "PAID" });
// @ts-expect-error: no such status
sandbox.simulation.transfers.transition("tfr_1", { next_status: "LOST" });
const failed = { next_status: "FAILED" } as const;
// @ts-expect-error: no such reason
sandbox.simulation.transfers.transition("tfr_1", { ...failed, failure_type: "WEATHER" });
// @ts-expect-error: an amount is a number here
sandbox.simulation.deposits.create({ amount: "1", global_account_id: "ga_1" });

// Reports are available in every environment
expectTypeOf(production.platformReports.retrieve).returns.resolves.toEqualTypeOf<PlatformReport>();
production.platformReports.create({ type: "BALANCE_REPORT", file_format: "CSV" });
// @ts-expect-error: no such format
production.platformReports.create({ type: "BALANCE_REPORT", file_format: "PDF" });

// Lists: a promise of a page, and an iterable of items
const list = sandbox.accounts.list({ account_status: "ACTIVE", page_size: 5 });
expectTypeOf(list).toEqualTypeOf<ListPromise<Account, AccountList>>();
expectTypeOf(list).resolves.toEqualTypeOf<AccountList>();
expectTypeOf(list).toExtend<AsyncIterable<Account>>();
expectTypeOf(list.pages()).toEqualTypeOf<AsyncIterable<AccountList>>();
expectTypeOf(list.toArray({ limit: 5 })).resolves.toEqualTypeOf<Account[]>();
expectTypeOf<AccountList>().toExtend<NumberedPage<Account>>();
// @ts-expect-error: a limit is required
list.toArray();
// @ts-expect-error: the items are not strings
const texts: AsyncIterable<string> = list;
void texts;

// Requests know their fields
const agreements = { agreed_to_data_usage: true, agreed_to_terms_and_conditions: true };
sandbox.accounts.create({ primary_contact: {}, customer_agreements: agreements });
// @ts-expect-error: a field is missing
sandbox.accounts.create({ primary_contact: {} });
sandbox.accounts.create({
  customer_agreements: agreements,
  // @ts-expect-error: a misspelled field
  primaryContact: {},
});
sandbox.accounts.create({
  customer_agreements: agreements,
  // @ts-expect-error: a misspelled nested field
  primary_contact: { e_mail: "ada@example.com" },
});
sandbox.accounts.create({
  primary_contact: {},
  customer_agreements: agreements,
  // @ts-expect-error: a value that the API does not accept
  account_details: { legal_entity_type: "Individual" },
});
// @ts-expect-error: a status that cannot be filtered by
sandbox.accounts.list({ account_status: "active" });
// @ts-expect-error: a number is needed
sandbox.accounts.list({ page_size: "5" });
// @ts-expect-error: an id is a string
sandbox.accounts.retrieve(5);
// @ts-expect-error: simulation cannot set this status
sandbox.simulation.accounts.updateStatus("acct_1", { next_status: "CLOSED" });
// @ts-expect-error: no such option
sandbox.accounts.retrieve("acct_1", { timeout: 5 });
// @ts-expect-error: a status to wait for is required
sandbox.accounts.waitForStatus("acct_1", {});
// @ts-expect-error: a number is not a file
sandbox.files.upload(5);

// Answers are readonly
declare const account: Account;
// @ts-expect-error: readonly
account.status = "ACTIVE";
// @ts-expect-error: readonly at every level
if (account.primary_contact) account.primary_contact.email = "ada@example.com";
// @ts-expect-error: readonly, lists included
account.account_details?.business_person_details?.push({});

// What the API answered can be sent back: null members count as left out
const { nickname, primary_contact, metadata, account_details } = account;
sandbox.accounts.update("acct_1", {
  nickname,
  metadata,
  primary_contact,
  account_details: {
    individual_details: {
      first_name: account_details?.individual_details?.first_name,
      residential_address: account_details?.individual_details?.residential_address,
    },
  },
});
// @ts-expect-error: but a page that is not there would be the first one
sandbox.rfis.list({ page: null });

// Enums of answers are open: known values are named, unknown ones can be told apart
type Status = Account["status"];
expectTypeOf<Extract<Status, "ACTIVE" | "CREATED">>().toEqualTypeOf<"ACTIVE" | "CREATED">();
expectTypeOf<Extract<Status, "HIBERNATING">>().toBeNever();
expectTypeOf<"HIBERNATING">().toExtend<Status>();
expectTypeOf<Status>().toExtend<string>();
if (account.status === "HIBERNATING") expectTypeOf(account.status).not.toBeNever();

// Members of an answer may be null or absent
// @ts-expect-error: may be null or undefined
account.nickname.length;
expectTypeOf(account.nickname).toEqualTypeOf<string | null | undefined>();

// client.request() returns what its schema says, and unknown without one
expectTypeOf(sandbox.request({ method: "GET", path: "/x" })).resolves.toBeUnknown();
const schema = z.object({ amount: z.string().transform(Number) });
expectTypeOf(sandbox.request({ method: "GET", path: "/x", schema })).resolves.toEqualTypeOf<{
  amount: number;
}>();
// @ts-expect-error: no such method
sandbox.request({ method: "get", path: "/x" });
// @ts-expect-error: a look-up belongs to a resource
sandbox.request({ method: "POST", path: "/x", retry: "lookup" });

// rfis.respond() accepts each kind of answer with its own member, and no other
declare const reply: (answer: RfiReply) => void;
reply({ type: "TEXT", text: "Savings", comment: "as discussed" });
reply({ type: "LIVENESS" });
// @ts-expect-error: its member is missing
reply({ type: "TEXT" });
// @ts-expect-error: the member belongs to another kind
reply({ type: "CONFIRMATION", text: "yes" });
// @ts-expect-error: no such kind
reply({ type: "SONG", text: "la" });

// whatIsMissing() narrows by kind
for (const item of whatIsMissing({} as Account)) {
  if (item.kind === "provide_field") expectTypeOf(item.path).toEqualTypeOf<string>();
  if (item.kind === "answer_question") expectTypeOf(item.question).toEqualTypeOf<RfiQuestion>();
  if (item.next?.method === "rfis.respond") expectTypeOf(item.next.id).toEqualTypeOf<string>();
  // @ts-expect-error: only a question has an answer type
  item.answerType;
}
// @ts-expect-error: an error that may not name any fields
whatIsMissing({} as NetworkError);
