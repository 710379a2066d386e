/** What happens after a submission: requirements that are met one by one, and decisions by the clock. */

import { failingFileId, startEmulator } from "airwallex-connect/emulator";
import { expect, test } from "vitest";
import { connect } from "../api.js";
import { individual } from "../inputs.js";

const unwillingInput = { ...individual, customer_agreements: { agreed_to_data_usage: true } };

test("agree leaves an account in ACTION_REQUIRED while something else is outstanding", async () => {
  await using emulator = await startEmulator();
  const api = await connect(emulator);
  const { individual_details: details } = individual.account_details;
  const failing = {
    identification_type: "PASSPORT",
    issuing_country_code: "AU",
    passport: { front_file_id: failingFileId },
  };
  const { body: account } = await api("POST", "/api/v1/accounts/create", {
    ...individual,
    account_details: {
      ...individual.account_details,
      individual_details: { ...details, identifications: { primary: failing } },
    },
    customer_agreements: { agreed_to_data_usage: true },
  });
  await api("POST", `/api/v1/accounts/${account.id}/submit`);
  const simulated = await api("POST", `/api/v1/simulation/accounts/${account.id}/update_status`, {
    next_status: "ACTIVE",
    force: false,
  });
  expect(Object.keys(simulated.body.requirements)).toEqual([
    "agreement_to_terms_and_conditions_required",
    "primary_identification_required",
  ]);
  const { body } = await api("POST", `/api/v1/accounts/${account.id}/terms_and_conditions/agree`);
  expect(body.status).toBe("ACTION_REQUIRED");
  expect(Object.keys(body.requirements)).toEqual(["primary_identification_required"]);
});

test("an account that corrected its document is submitted again and passes", async () => {
  await using emulator = await startEmulator();
  const api = await connect(emulator);
  const { individual_details: details } = individual.account_details;
  const passport = {
    identification_type: "PASSPORT",
    issuing_country_code: "AU",
    passport: { front_file_id: failingFileId },
  };
  const { body: account } = await api("POST", "/api/v1/accounts/create", {
    ...individual,
    account_details: {
      ...individual.account_details,
      individual_details: { ...details, identifications: { primary: passport } },
    },
  });
  const path = `/api/v1/accounts/${account.id}`;
  const review = () =>
    api("POST", `/api/v1/simulation/accounts/${account.id}/update_status`, {
      next_status: "ACTIVE",
      force: false,
    });
  await api("POST", `${path}/submit`);
  expect((await review()).body.status).toBe("ACTION_REQUIRED");
  const licence = {
    identification_type: "DRIVERS_LICENSE",
    drivers_license: { number: "1", front_file_id: "good" },
  };
  const updated = await api("POST", `${path}/update`, {
    account_details: { individual_details: { identifications: { primary: licence } } },
  });
  expect(updated.body).toMatchObject({ status: "ACTION_REQUIRED", requirements: {} });
  expect((await api("POST", `${path}/submit`)).body).not.toHaveProperty("requirements");
  expect((await review()).body.status).toBe("ACTIVE");
});

test("reviewAfterMs lets the clock decide on a submitted account", async () => {
  await using emulator = await startEmulator({ reviewAfterMs: 60_000, frozen: true });
  const api = await connect(emulator);
  const willing = await api("POST", "/api/v1/accounts/create", individual);
  const unwilling = await api("POST", "/api/v1/accounts/create", unwillingInput);
  await api("POST", `/api/v1/accounts/${willing.body.id}/submit`);
  await api("POST", `/api/v1/accounts/${unwilling.body.id}/submit`);
  emulator.clock.advance(59_999);
  expect((await api("GET", `/api/v1/accounts/${willing.body.id}`)).body.status).toBe("SUBMITTED");
  emulator.clock.advance(1);
  expect((await api("GET", `/api/v1/accounts/${willing.body.id}`)).body.status).toBe("ACTIVE");
  expect(emulator.accounts.get(unwilling.body.id)?.status).toBe("ACTION_REQUIRED");
});

test("reviewAfterMs decides on time without anybody moving the clock", async () => {
  await using emulator = await startEmulator({ reviewAfterMs: 20 });
  const api = await connect(emulator);
  const { body } = await api("POST", "/api/v1/accounts/create", individual);
  await api("POST", `/api/v1/accounts/${body.id}/submit`);
  const status = async () => (await api("GET", `/api/v1/accounts/${body.id}`)).body.status;
  await expect.poll(status).toBe("ACTIVE");
});

test("a simulated decision cancels the one by the clock", async () => {
  await using emulator = await startEmulator({ reviewAfterMs: 60_000 });
  const api = await connect(emulator);
  const { body } = await api("POST", "/api/v1/accounts/create", individual);
  await api("POST", `/api/v1/accounts/${body.id}/submit`);
  const path = `/api/v1/simulation/accounts/${body.id}/update_status`;
  await api("POST", path, { next_status: "SUSPENDED" });
  emulator.clock.advance("2m");
  expect(emulator.accounts.get(body.id)?.status).toBe("SUSPENDED");
});
