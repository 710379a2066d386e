/** The emulator is an API like any other: one whole flow with nothing but curl. */

import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { startEmulator } from "airwallex-connect/emulator";
import { expect, test } from "vitest";
import { individual } from "./inputs.js";

const run = promisify(execFile);

test("curl takes an individual from nothing to ACTIVE", async () => {
  await using emulator = await startEmulator();
  const { url, clientOptions } = emulator;
  const curl = async (...args: readonly string[]) => {
    const { stdout } = await run("curl", ["-sS", "--fail-with-body", ...args]);
    return JSON.parse(stdout);
  };
  const { token } = await curl(
    ...["-X", "POST", `${url}/api/v1/authentication/login`],
    ...["-H", `x-client-id: ${clientOptions.clientId}`, "-H", `x-api-key: ${clientOptions.apiKey}`],
  );
  const bearer = ["-H", `Authorization: Bearer ${token}`];
  const post = (path: string, body: unknown = {}) =>
    curl(...bearer, "-H", "Content-Type: application/json", "-d", JSON.stringify(body), url + path);
  const get = (path: string) => curl(...bearer, url + path);

  const folder = await mkdtemp(join(tmpdir(), "emulator-"));
  try {
    const picture = join(folder, "passport.png");
    await writeFile(picture, "picture");
    const file = await curl(
      ...bearer,
      "-F",
      `file=@${picture};type=image/png`,
      `${url}/api/v1/files/upload?notes=front`,
    );
    expect(file).toMatchObject({ filename: "passport.png", notes: "front", size: 7 });

    const { account_details: details, ...empty } = individual;
    const created = await post("/api/v1/accounts/create", {
      ...empty,
      account_details: { legal_entity_type: "INDIVIDUAL" },
      identifier: "curl-1",
    });
    expect(created.status).toBe("CREATED");
    const path = `/api/v1/accounts/${created.id}`;
    expect(await get(path)).toEqual(created);
    const refused = await post(`${path}/submit`).catch((error) => JSON.parse(error.stdout));
    expect(refused).toMatchObject({ code: "field_required" });
    const passport = { number: "N1", front_file_id: file.file_id };
    const updated = await post(`${path}/update`, { account_details: details });
    expect(updated.account_details.individual_details.first_name).toBe("Ada");
    await post(`${path}/update`, {
      account_details: { individual_details: { identifications: { primary: { passport } } } },
    });
    expect((await post(`${path}/submit`)).status).toBe("SUBMITTED");
    const simulated = await post(`/api/v1/simulation/accounts/${created.id}/update_status`, {
      next_status: "ACTIVE",
      force: false,
    });
    expect(simulated.status).toBe("ACTIVE");
    const list = await get("/api/v1/accounts?identifier=curl-1&account_status=ACTIVE");
    expect(list.items).toEqual([simulated]);
  } finally {
    await rm(folder, { recursive: true });
  }
});
