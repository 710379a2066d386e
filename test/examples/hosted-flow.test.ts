/** The hosted-onboarding example, with fetch in place of a browser. */

import { startEmulator } from "airwallex-connect/emulator";
import { expect, onTestFinished, test } from "vitest";
import { startExample } from "./program.js";

test.each(["hosted-flow.ts", "oauth-web-app/server.ts"])(
  "%s says in one sentence that its port is in use",
  async (file) => {
    await using emulator = await startEmulator();
    const { port } = new URL(emulator.url);
    const program = startExample(file, { PORT: port });
    expect(await program.ended).toBe(1);
    expect(program.output()).toBe(
      `Cannot listen on port ${port}, set PORT to another: listen EADDRINUSE: address already in use 127.0.0.1:${port}\n`,
    );
  },
);

/** Follows redirects as a browser does, and returns where it ended. */
async function visit(url: string, form?: Readonly<Record<string, string>>) {
  const response = await fetch(url, form && { method: "POST", body: new URLSearchParams(form) });
  return { url: response.url, text: await response.text() };
}

test("the hosted-flow example takes a seller to SUBMITTED", async () => {
  const program = startExample("hosted-flow.ts", { PORT: "0" });
  onTestFinished(async () => {
    await program.stop();
  });
  const [, platform = ""] = await program.printed(/Open (http:\/\/127\.0\.0\.1:\d+)/);
  expect((await visit(platform)).text).toContain("verify your business");

  // The seller leaves in the middle, and comes back.
  const first = await visit(`${platform}/onboard`);
  const later = { form: idOf(first.text), action: "later" };
  const back = await visit(first.url, later);
  expect(back.url).toContain(`${platform}/onboarded?ahfi_id=ahfi_`);
  expect(back.text).toContain("CREATED: <a");

  const { url, text } = await visit(`${platform}/onboard`);
  expect(text).toContain('value="Analytical Engines"');
  const form = { form: idOf(text), action: "next" };
  await visit(url, {
    ...form,
    business_name: "Analytical Engines",
    country: "GB",
    registration_number: "00000001",
    description: "Engines",
  });
  const person = { first_name: "Ada", last_name: "Lovelace", date_of_birth: "1985-12-10" };
  await visit(url, { ...form, ...person });
  const end = await visit(url, { ...form, agreed: "yes" });
  expect(end.url).toContain(`${platform}/onboarded?ahfi_id=ahfi_`);
  expect(end.text).toContain("Your account is SUBMITTED<");
  expect(program.output()).toContain("The flow is FINISHED, the account is SUBMITTED");
});

function idOf(page: string): string {
  return /name="form" value="([^"]+)"/.exec(page)?.[1] ?? "";
}
