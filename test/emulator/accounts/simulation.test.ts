/** The simulation endpoint: force, and the three ways into ACTION_REQUIRED. */

import { failingFileId, startEmulator } from "airwallex-connect/emulator";
import { expect, test } from "vitest";
import { connect } from "../api.js";
import { agreed, business, individual } from "../inputs.js";

const disagreed = { ...agreed, agreed_to_terms_and_conditions: false };
const details = individual.account_details.individual_details;

/** The individual with these identifications instead. */
function identified(identifications: object): object {
  const individual_details = { ...details, identifications };
  return { ...individual, account_details: { ...individual.account_details, individual_details } };
}

const passport = (front_file_id: string) => ({
  identification_type: "PASSPORT",
  issuing_country_code: "AU",
  passport: { front_file_id },
});

test.each([
  ["an individual who has not agreed", { ...individual, customer_agreements: disagreed }],
  ["a business that has not agreed", { ...business, customer_agreements: disagreed }],
  ["an individual whose document fails", identified({ primary: passport(failingFileId) })],
])("update_status forces ACTIVE on %s when force is omitted", async (_, input) => {
  await using emulator = await startEmulator();
  const api = await connect(emulator);
  const { body: account } = await api("POST", "/api/v1/accounts/create", input);
  await api("POST", `/api/v1/accounts/${account.id}/submit`);
  const { status, body } = await api(
    "POST",
    `/api/v1/simulation/accounts/${account.id}/update_status`,
    { next_status: "ACTIVE" },
  );
  expect({ status, account: body.status }).toEqual({ status: 200, account: "ACTIVE" });
  expect(body).not.toHaveProperty("requirements");
});

test.each([
  [
    "the individual has not agreed",
    { ...individual, customer_agreements: disagreed },
    ["agreement_to_terms_and_conditions_required"],
  ],
  [
    "the business has not agreed",
    { ...business, customer_agreements: disagreed },
    ["agreement_to_terms_and_conditions_required"],
  ],
  [
    "the primary document fails",
    identified({ primary: passport(failingFileId) }),
    ["primary_identification_required"],
  ],
  [
    "the failing id is padded",
    identified({ primary: passport(`${failingFileId}==`) }),
    ["primary_identification_required"],
  ],
  [
    "the back of a card fails",
    identified({
      primary: {
        identification_type: "PERSONAL_ID",
        issuing_country_code: "AU",
        personal_id: { front_file_id: "front", back_file_id: failingFileId },
      },
    }),
    ["primary_identification_required"],
  ],
  [
    "the secondary document fails",
    identified({ primary: passport("good"), secondary: passport(failingFileId) }),
    ["secondary_identification_required"],
  ],
  [
    "the selfie fails",
    {
      ...individual,
      account_details: {
        ...individual.account_details,
        individual_details: { ...details, live_selfie_file_id: failingFileId },
      },
    },
    ["photo_file_id_required"],
  ],
  [
    "everything fails",
    {
      ...identified({ primary: passport(failingFileId), secondary: passport(failingFileId) }),
      customer_agreements: disagreed,
    },
    [
      "agreement_to_terms_and_conditions_required",
      "primary_identification_required",
      "secondary_identification_required",
    ],
  ],
])("update_status without force leads to ACTION_REQUIRED when %s", async (_, input, required) => {
  await using emulator = await startEmulator();
  const api = await connect(emulator);
  const { body: account } = await api("POST", "/api/v1/accounts/create", input);
  await api("POST", `/api/v1/accounts/${account.id}/submit`);
  const { body } = await api("POST", `/api/v1/simulation/accounts/${account.id}/update_status`, {
    next_status: "ACTIVE",
    force: false,
  });
  expect(body.status).toBe("ACTION_REQUIRED");
  expect(Object.keys(body.requirements)).toEqual(required);
});

test("requirements name the call to make and the document that failed", async () => {
  await using emulator = await startEmulator();
  const api = await connect(emulator);
  const { body: account } = await api("POST", "/api/v1/accounts/create", {
    ...identified({ primary: passport(failingFileId) }),
    customer_agreements: disagreed,
  });
  await api("POST", `/api/v1/accounts/${account.id}/submit`);
  const { body } = await api("POST", `/api/v1/simulation/accounts/${account.id}/update_status`, {
    next_status: "ACTIVE",
    force: false,
  });
  expect(body.requirements).toEqual({
    agreement_to_terms_and_conditions_required: {
      endpoint: `/api/v1/accounts/${account.id}/terms_and_conditions/agree`,
      method: "POST",
      message: expect.any(String),
    },
    primary_identification_required: [
      {
        error_code: "DOCUMENT_VALIDATION_FAILED",
        first_name: "Ada",
        last_name: "Lovelace",
        front_file_id: failingFileId,
        message: expect.any(String),
      },
    ],
  });
});

test("update_status without force leads to ACTIVE when nothing is outstanding", async () => {
  await using emulator = await startEmulator();
  const api = await connect(emulator);
  for (const input of [individual, business]) {
    const { body: account } = await api("POST", "/api/v1/accounts/create", input);
    await api("POST", `/api/v1/accounts/${account.id}/submit`);
    const path = `/api/v1/simulation/accounts/${account.id}/update_status`;
    const { body } = await api("POST", path, { next_status: "ACTIVE", force: false });
    expect(body.status).toBe("ACTIVE");
  }
});

test("requireOwnerConsent holds business accounts until their owner approves", async () => {
  await using emulator = await startEmulator({ requireOwnerConsent: true });
  const api = await connect(emulator);
  const open = async (input: object) => {
    const { body } = await api("POST", "/api/v1/accounts/create", input);
    await api("POST", `/api/v1/accounts/${body.id}/submit`);
    const path = `/api/v1/simulation/accounts/${body.id}/update_status`;
    return (await api("POST", path, { next_status: "ACTIVE", force: false })).body;
  };
  expect((await open(individual)).status).toBe("ACTIVE");
  const account = await open(business);
  expect(account).toMatchObject({
    status: "ACTION_REQUIRED",
    requirements: { other: [{ error_code: "OTHER", message: expect.stringContaining("owner") }] },
  });
  expect(emulator.accounts.approveConnection(account.id).status).toBe("ACTIVE");
  expect((await api("GET", `/api/v1/accounts/${account.id}`)).body.status).toBe("ACTIVE");
  expect(() => emulator.accounts.approveConnection("acct_unknown")).toThrow(RangeError);
});

test("a business account passes whatever file it refers to", async () => {
  await using emulator = await startEmulator();
  const api = await connect(emulator);
  const [person] = business.account_details.business_person_details;
  const { body: account } = await api("POST", "/api/v1/accounts/create", {
    ...business,
    account_details: {
      ...business.account_details,
      individual_details: { ...details, identifications: { primary: passport(failingFileId) } },
      business_person_details: [
        { ...person, identifications: { primary: passport(failingFileId) } },
      ],
    },
  });
  await api("POST", `/api/v1/accounts/${account.id}/submit`);
  const path = `/api/v1/simulation/accounts/${account.id}/update_status`;
  const { body } = await api("POST", path, { next_status: "ACTIVE", force: false });
  expect(body.status).toBe("ACTIVE");
});

test.each([
  ["no next_status", {}, "field_required", "next_status"],
  [
    "a status that no review leads to",
    { next_status: "CLOSED" },
    "invalid_argument",
    "next_status",
  ],
  ["a force that is text", { next_status: "ACTIVE", force: "no" }, "invalid_argument", "force"],
])("update_status refuses %s", async (_, body, code, source) => {
  await using emulator = await startEmulator();
  const api = await connect(emulator);
  const { body: account } = await api("POST", "/api/v1/accounts/create", individual);
  await api("POST", `/api/v1/accounts/${account.id}/submit`);
  const answer = await api("POST", `/api/v1/simulation/accounts/${account.id}/update_status`, body);
  expect(answer).toMatchObject({ status: 400, body: { code, source } });
});

test("update_status returns 404 for an unknown account", async () => {
  await using emulator = await startEmulator();
  const api = await connect(emulator);
  const path = "/api/v1/simulation/accounts/acct_unknown/update_status";
  expect((await api("POST", path, { next_status: "ACTIVE" })).status).toBe(404);
});

test.each([
  ["what is outstanding", { ...individual, customer_agreements: disagreed }, "agreement_to_terms"],
  ["more information, if nothing is", individual, "other"],
])("update_status to ACTION_REQUIRED asks for %s", async (_, input, expected) => {
  await using emulator = await startEmulator();
  const api = await connect(emulator);
  const { body: account } = await api("POST", "/api/v1/accounts/create", input);
  await api("POST", `/api/v1/accounts/${account.id}/submit`);
  const path = `/api/v1/simulation/accounts/${account.id}/update_status`;
  const { status, body } = await api("POST", path, { next_status: "ACTION_REQUIRED" });
  expect([status, body.status]).toEqual([200, "ACTION_REQUIRED"]);
  expect(Object.keys(body.requirements)).toEqual([expect.stringContaining(expected)]);
  const again = await api("POST", path, { next_status: "ACTIVE" });
  expect([again.status, again.body.code]).toEqual([400, "bad_request"]);
});
