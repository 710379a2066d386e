/** Hosted flows and embedded codes without a browser: links, how they end, and what the forms do. */

import { createClient } from "airwallex-connect";
import { createEmulator, type Emulator, type EmulatorOptions } from "airwallex-connect/emulator";
import { expect, test } from "vitest";
import { send } from "../api.js";
import { agreed, individual, minimal } from "../inputs.js";

const urls = {
  return_url: "http://127.0.0.1:3000/done?from=flow",
  error_url: "https://platform.example/failed",
};

async function open(options: EmulatorOptions = {}) {
  const emulator = createEmulator(options);
  const client = createClient({ ...emulator.clientOptions, validation: "strict" });
  const { id } = await client.accounts.create({
    ...minimal,
    customer_agreements: { ...agreed, agreed_to_terms_and_conditions: false },
  });
  const create = () =>
    client.hostedFlows.create({
      account_id: id,
      template: "onboarding",
      metadata: { step: "kyc", seller: { plan: "pro" } },
      ...urls,
    });
  const link = async (flowId: string) => {
    const { url } = await client.hostedFlows.authorize(flowId, { identity: "user-1" });
    return new URL(url ?? "");
  };
  return { emulator, client, id, create, link };
}

/** Requests a link as a browser does, without following redirects. */
async function get(emulator: Emulator, url: URL) {
  const { status, headers, body } = await send(emulator, "GET", url.pathname + url.search);
  return { status, location: headers.get("location"), text: String(body) };
}

async function post(emulator: Emulator, values: Readonly<Record<string, string>>) {
  const response = await emulator.fetch("http://emulator.localhost/onboarding/form", {
    method: "POST",
    headers: {
      "content-type": "application/x-www-form-urlencoded",
      "user-agent": "Browser of the owner",
    },
    body: new URLSearchParams(values).toString(),
    redirect: "manual",
  });
  return {
    status: response.status,
    location: response.headers.get("location"),
    text: await response.text(),
  };
}

/** Opens a link and returns the id of the form that it leads to. */
async function enter(emulator: Emulator, url: URL): Promise<string> {
  const { status, location } = await get(emulator, url);
  expect(status).toBe(303);
  return new URL(location ?? "", url).searchParams.get("form") ?? "";
}

const business = {
  business_name: "Swift <Concrete>",
  country: "AU",
  registration_number: "A1098762872",
  description: "Concrete",
};
const person = { first_name: "Grace", last_name: "Hopper", date_of_birth: "1980-12-09" };

test("an owner completes the flow, and the account is submitted with its data", async () => {
  const { emulator, client, id, create, link } = await open();
  const flow = await create();
  expect(flow).toEqual({
    id: expect.stringMatching(/^ahfi_/),
    metadata: { step: "kyc", seller: { plan: "pro" } },
    result: null,
    status: "INIT",
    url: expect.stringContaining(`/hosted_flows/${flow.id}/login`),
  });
  const url = await link(flow.id);
  const form = await enter(emulator, url);
  expect((await client.hostedFlows.retrieve(flow.id)).status).toBe("PROCESSING");

  expect(await post(emulator, { form, action: "next", ...business })).toMatchObject({
    status: 303,
  });
  await post(emulator, { form, action: "next", ...person });
  const check = await get(emulator, new URL(`/onboarding/form?form=${form}`, url));
  expect(check.text).toContain("Swift &#60;Concrete&#62;");
  const done = await post(emulator, { form, action: "next", agreed: "yes" });
  expect(done).toMatchObject({ status: 303, location: `${urls.return_url}&ahfi_id=${flow.id}` });

  const finished = { ...flow, status: "FINISHED", result: {} };
  expect(await client.hostedFlows.retrieve(flow.id)).toEqual(finished);
  const account = await client.accounts.retrieve(id);
  expect(account).toMatchObject({
    status: "SUBMITTED",
    customer_agreements: {
      agreed_to_terms_and_conditions: true,
      terms_and_conditions: { device_data: { user_agent: "Browser of the owner" } },
    },
    account_details: {
      business_details: { business_name: "Swift <Concrete>" },
      business_person_details: [person],
    },
  });
  const [document] =
    account.account_details?.business_details?.attachments?.business_documents ?? [];
  const { files } = await client.files.downloadLinks([document?.file_id ?? ""]);
  expect(files).toHaveLength(1);
});

test.each(["US", "CN", "GB"])(
  "an owner in %s whose names are not in ASCII completes the flow",
  async (country) => {
    const { emulator, client, id, create, link } = await open();
    const url = await link((await create()).id);
    const form = await enter(emulator, url);
    const names = { business_name: "Crème", first_name: "José", last_name: "王" };
    await post(emulator, { form, action: "next", ...business, country, ...names });
    await post(emulator, { form, action: "next", ...person, ...names });
    await post(emulator, { form, action: "next", agreed: "yes" });
    const { status, account_details: details } = await client.accounts.retrieve(id);
    expect(status).toBe("SUBMITTED");
    expect(details?.business_details?.business_name_english).toBe("Creme");
    expect(details?.business_person_details).toMatchObject([
      { first_name_english: "Jose", last_name_english: "Example" },
    ]);
  },
);

test("the form is filled in with what the account already says, and keeps what nobody changes", async () => {
  const { emulator, client, id, create, link } = await open();
  await client.accounts.update(id, {
    account_details: {
      business_details: {
        business_structure: "SOLE_PROPRIETOR",
        registration_address: { country_code: "NL", suburb: "Delft" },
      },
      business_person_details: [
        { first_name: "Ada", roles: ["AUTHORISED_PERSON"], nationality: "GB" },
      ],
    },
  });
  const url = await link((await create()).id);
  const form = await enter(emulator, url);
  const page = await get(emulator, new URL(`/onboarding/form?form=${form}`, url));
  expect(page.text).toContain('value="NL"');
  await post(emulator, { form, action: "next", ...business, country: "NL" });
  await post(emulator, { form, action: "next", ...person });
  // The only person is not the beneficial owner, and the pages do not ask for that one.
  const refused = await post(emulator, { form, action: "next", agreed: "yes" });
  expect(refused.status).toBe(422);
  expect((await client.accounts.retrieve(id)).status).toBe("CREATED");
  const roles = ["AUTHORISED_PERSON", "BENEFICIAL_OWNER", "DIRECTOR"] as const;
  const people = [{ first_name: "Ada", nationality: "GB", roles: [...roles] }];
  await client.accounts.update(id, { account_details: { business_person_details: people } });
  expect((await post(emulator, { form, action: "next", agreed: "yes" })).status).toBe(303);
  expect((await client.accounts.retrieve(id)).account_details).toMatchObject({
    business_details: {
      business_structure: "SOLE_PROPRIETOR",
      registration_address: { country_code: "NL", suburb: "Delft" },
    },
    business_person_details: [{ first_name: "Grace", nationality: "GB" }],
  });
});

test("a link works once and for 15 seconds, and the platform is told when it does not", async () => {
  const { emulator, create, link } = await open();
  const flow = await create();
  const [used, late] = [await link(flow.id), await link(flow.id)];
  await enter(emulator, used);
  const failed = { status: 302, location: `${urls.error_url}?ahfi_id=${flow.id}` };
  expect(await get(emulator, used)).toMatchObject(failed);
  emulator.clock.advance("15s");
  expect(await get(emulator, late)).toMatchObject(failed);
  const unknown = new URL(`${used.origin}/hosted_flows/hosted_unknown`);
  expect(await get(emulator, unknown)).toMatchObject({ status: 400, location: null });
});

test("an owner may finish later, with another link", async () => {
  const { emulator, client, create, link } = await open();
  const flow = await create();
  const form = await enter(emulator, await link(flow.id));
  const left = await post(emulator, { form, action: "later" });
  expect(left).toMatchObject({ status: 303, location: `${urls.return_url}&ahfi_id=${flow.id}` });
  expect((await client.hostedFlows.retrieve(flow.id)).status).toBe("PROCESSING");
  expect((await post(emulator, { form, action: "next", ...business })).status).toBe(400);
  expect(await enter(emulator, await link(flow.id))).not.toBe(form);
});

test("the link that comes without authorize is for people with a login", async () => {
  const { emulator, client, create } = await open();
  const { id, url } = await create();
  const { text } = await get(emulator, new URL(url ?? ""));
  expect(text).toContain("people with an Airwallex login");
  const authorized = await client.hostedFlows.authorize(id);
  expect(authorized.url).toContain(authorized.authorization_code);
});

test("a submitted account has nothing left to do", async () => {
  const { emulator, id, create, link } = await open();
  const flow = await create();
  const url = await link(flow.id);
  emulator.accounts.setStatus(id, "SUBMITTED");
  expect((await get(emulator, url)).location).toContain(`ahfi_id=${flow.id}`);
});

test.each([
  ["business", { ...business, country: "Australia" }, "country"],
  ["business", { ...business, business_name: " " }, "business_name"],
  ["person", { ...person, date_of_birth: "1980-02-31" }, "date_of_birth"],
])("a wrong answer on the page %s is explained: %o", async (page, values, field) => {
  const { emulator, create, link } = await open();
  const form = await enter(emulator, await link((await create()).id));
  if (page === "person") await post(emulator, { form, action: "next", ...business });
  const { status, text } = await post(emulator, { form, action: "next", ...values });
  expect(status).toBe(422);
  expect(text).toMatch(new RegExp(`id="${field}"[^>]*aria-invalid="true"`));
});

test.each([
  ["return_url", { return_url: "http://localhost:3000/done" }],
  ["return_url", { return_url: "javascript:alert(1)" }],
  ["error_url", { error_url: "nowhere" }],
  ["account_id", { account_id: "acct_unknown" }],
])("hostedFlows.create() refuses a wrong %s: %o", async (source, wrong) => {
  const { client, id } = await open();
  const input = { account_id: id, template: "onboarding", ...wrong };
  await expect(client.hostedFlows.create(input)).rejects.toMatchObject({
    apiCode: "invalid_argument",
    fieldErrors: [{ field: source }],
  });
});

test("hosted onboarding is for businesses only", async () => {
  const { client } = await open();
  const { id } = await client.accounts.create(structuredClone(individual) as never);
  const input = { account_id: id, template: "onboarding" };
  await expect(client.hostedFlows.create(input)).rejects.toMatchObject({
    fieldErrors: [{ field: "account_id" }],
  });
});

test("a code for embedded components opens the pages with its verifier, once, within 30 seconds", async () => {
  const { emulator, client, id } = await open();
  const { embedded } = client.onBehalfOf(id);
  const scope = ["onboarding:write"] as const;
  const pageOf = (code: string, verifier: string) =>
    new URL(`http://x/embedded/onboarding?code=${code}&code_verifier=${verifier}`);
  const first = await embedded.authorize({ scope });
  const second = await embedded.authorize({ scope });
  const swapped = await get(emulator, pageOf(first.authCode, second.codeVerifier));
  expect(swapped.text).toContain("the verifier does not belong to the code");
  const again = await get(emulator, pageOf(first.authCode, first.codeVerifier));
  expect(again.text).toContain("was used before");

  const form = await enter(emulator, pageOf(second.authCode, second.codeVerifier));
  await post(emulator, { form, action: "next", ...business });
  await post(emulator, { form, action: "next", ...person });
  const end = await post(emulator, { form, action: "next", agreed: "yes" });
  expect(end).toMatchObject({ status: 200, location: null });
  expect(end.text).toContain("Your data are on their way");
  expect((await client.accounts.retrieve(id)).status).toBe("SUBMITTED");

  const late = await embedded.authorize({ scope });
  emulator.clock.advance("30s");
  expect((await get(emulator, pageOf(late.authCode, late.codeVerifier))).status).toBe(400);
  const other = await embedded.authorize({ scope: ["rfi:read"] });
  const refused = await get(emulator, pageOf(other.authCode, other.codeVerifier));
  expect(refused.text).toContain("lacks the scope");
  const older = await embedded.authorize({ scope: ["w:awx_action:onboarding"] });
  const over = await get(emulator, pageOf(older.authCode, older.codeVerifier));
  expect(over.text).toContain("there is nothing left to do");
});
