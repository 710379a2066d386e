import { describe, expect, it } from "vitest";
import { createRedactor } from "../../src/report/redact.js";

describe("createRedactor()", () => {
  it("takes a name for a person's in a query, and for anything's elsewhere", () => {
    const details = { name: "passport.png", errors: [{ name: "Lovelace" }], said: "Ada Lovelace" };
    const asked = createRedactor({ name: "passport.png" }, [], { name: "Ada Lovelace" });
    expect(asked.deep(details)).toEqual({ ...details, said: "[redacted]" });
    const list = createRedactor(undefined, [], { bank_account_number: "50001121" });
    expect(list.text("There is no account 50001121.")).toBe("There is no account [redacted].");
  });

  it("removes the values of marked fields that were sent", () => {
    const sent = {
      primary_contact: { email: "a@b.co", mobile: "+49 170 1234" },
      persons: [{ first_name: "Ada", last_name: "King-Noel (Lovelace)" }],
      identifier: "seller-42",
      estimated_monthly_income: { amount: 70_123 },
    };
    const { text } = createRedactor(sent);
    const said =
      "Ada King-Noel (Lovelace), reachable at +49 170 1234 or a@b.co, earns 70123 as seller-42";
    expect(text(said)).toBe(
      "[redacted] [redacted], reachable at [redacted] or [redacted], earns [redacted] as seller-42",
    );
  });

  it("removes the whole of a value that begins with another", () => {
    const { text } = createRedactor({ first_name: "Ada", last_name: "Ada Lovelace" });
    expect(text("Ada Lovelace, called Ada")).toBe("[redacted], called [redacted]");
  });

  it("removes what was sent when the answer quotes it, including numbers", () => {
    const { deep } = createRedactor({ estimated_monthly_income: { amount: 70_123 }, page_num: 2 });
    expect(deep({ given: 70_123, least: 1, page: 2 })).toEqual({
      given: "[redacted]",
      least: 1,
      page: 2,
    });
  });

  it("spares words that merely contain a value", () => {
    const { text } = createRedactor({ nationality: "DE", gender: "F", first_name: "Al" });
    expect(text("CODE for F of DE: Also Al, Álvaro and F1")).toBe(
      "CODE for [redacted] of [redacted]: Also [redacted], Álvaro and F1",
    );
  });

  it("removes a value in another letter case, unless it is as short as a word", () => {
    const { text } = createRedactor({
      last_name: "Lovelace",
      nationality: "IN",
      first_name: "Zoë",
    });
    expect(text("LOVELACE of IN, in lovelace, ZOË, Zoë")).toBe(
      "[redacted] of [redacted], in [redacted], ZOË, [redacted]",
    );
  });

  it("removes the marked fields of an answer, and everything beneath them", () => {
    const { deep } = createRedactor(undefined);
    const details = {
      field: "first_name",
      first_name: "Ada",
      mobile: 49_170,
      passport: { number: "C01X", issued: "2020-01-01" },
      email: ["one", { other: "two" }],
      identification_number: { value: "AAA-1", valid: false },
      list: [{ date_of_birth: "1815-12-10" }],
    };
    const shown = JSON.stringify(deep(details));
    expect(shown).not.toMatch(/Ada|49170|C01X|one|two|AAA-1|1815/);
    expect(deep(details)).toMatchObject({
      field: "first_name",
      passport: { issued: "2020-01-01" },
    });
  });

  it("removes every e-mail address and secret", () => {
    const { text, deep } = createRedactor(undefined, ["s3cr3t+/="]);
    expect(text("Cannot GET /a?x=1&e=ada%40example.com")).not.toContain("ada");
    expect(text("Cannot GET /a?e=ada%2540example.com&x")).not.toContain("example.com");
    expect(text("<ada.king+x@mail.example.com> with s3cr3t+/=")).toBe(
      "<[redacted]> with [redacted]",
    );
    expect(deep({ "a@b.co": 1, x: [null, true, 5, "s3cr3t+/="] })).toEqual({
      "[redacted]": 1,
      x: [null, true, 5, "[redacted]"],
    });
  });

  it("removes a value however it is written: escaped for JSON, or for a URL", () => {
    const sent = { first_name: 'Ada "Countess" King', last_name: "Zoë/O'Neil", email: "a+b@c.de" };
    const { text } = createRedactor(sent);
    const query = new URLSearchParams(sent).toString();
    for (const said of [JSON.stringify(sent), query, `/x?${encodeURIComponent(sent.last_name)}`]) {
      expect(text(said)).not.toMatch(/Countess|O'Neil|O%27Neil|b%40c/);
    }
  });

  it("removes a token wherever it stands: glued to a word, in an escape, or after one", () => {
    const token = "eyJhbGciOiJIUzI1NiJ9.SECRET+TOKEN/9==.sig";
    const { text } = createRedactor(undefined, [token]);
    const quoted = JSON.stringify({ header: `Bearer ${token}` });
    for (const said of [
      `token${token}x`,
      `authorization:\\n${token}`,
      `\\u0022${token}\\u0022`,
      encodeURIComponent(`Bearer ${token}`),
      encodeURIComponent(`Bearer ${token}`).toLowerCase(),
      encodeURIComponent(encodeURIComponent(`Bearer ${token}`)),
      new URLSearchParams({ token }).toString(),
      JSON.stringify(quoted),
      `<b>${token}</b>`,
    ]) {
      expect(text(said)).not.toMatch(/secret/i);
    }
  });

  it("removes a value after an escape, and numbers also within a word", () => {
    const sent = { last_name: "Lovelace", date_of_birth: "1815-12-10", first_name: "Zoë" };
    const { text } = createRedactor(sent);
    for (const said of [
      "name:\\nLovelace",
      "Ada%20Lovelace",
      "\\u0022Lovelace\\u0022",
      "born1815-12-10T00:00:00Z",
      'Zo\\u00eb or "Zo\\u00EB"',
    ]) {
      expect(text(said)).not.toMatch(/Lovelace|1815|Zo/);
    }
    expect(text("a Lovelacelike name")).toBe("a Lovelacelike name");
  });

  it("spares the words of a message when a credential is as short as one", () => {
    const { text } = createRedactor(undefined, ["a", "be", "I"]);
    expect(text("dispatch is not a function, and I cannot beat it")).toBe(
      "dispatch is not a function, and I cannot beat it",
    );
    expect(text('client "a" or be')).toBe('client "[redacted]" or [redacted]');
  });

  it("puts the longest value first, whatever order they came in", () => {
    for (const sent of [
      { first_name: "Anna", address_line1: "Anna Street 5" },
      { address_line1: "Anna Street 5", first_name: "Anna" },
      { number: "AB1234567", value: "AB123456" },
    ]) {
      const [longest = ""] = Object.values(sent).sort((a, b) => b.length - a.length);
      const { text, deep } = createRedactor(sent);
      expect(text(`at ${longest}!`)).toBe("at [redacted]!");
      expect(deep([longest])).toEqual(["[redacted]"]);
    }
  });

  it("looks only so far into a value that is very large", () => {
    const { deep } = createRedactor({ last_name: "Lovelace" });
    const many = deep(Array.from({ length: 30_000 }, () => "Lovelace"));
    expect(new Set(many as string[])).toEqual(new Set(["[redacted]"]));
    expect(deep(["Lovelace".repeat(5000)])).toEqual(["[40000 characters]"]);
    const keys = Object.fromEntries(
      Array.from({ length: 30_000 }, (_, i) => [`k${i}`, "Lovelace"]),
    );
    expect(JSON.stringify(deep(keys))).not.toContain("Lovelace");
  });

  it.each([
    ["base64", "QUJD".repeat(10_000)],
    ["signs of addresses", "a@".repeat(400)],
    ["names of hosts", `${"x.".repeat(10_000)}@`],
    ["words that are nearly values", "AB-1-999 ".repeat(5000)],
  ])("is quick with long strings of %s", (_, long) => {
    const sent = { number: Array.from({ length: 200 }, (_, i) => `AB-${i}-${"9".repeat(30)}`) };
    const { text } = createRedactor(sent);
    const start = performance.now();
    text(long);
    expect(performance.now() - start).toBeLessThan(8000);
  });

  it("survives very deep nesting", () => {
    const { deep } = createRedactor(undefined);
    const nested = JSON.parse(`${"[".repeat(50_000)}"a@b.co"${"]".repeat(50_000)}`);
    expect(JSON.stringify(deep(nested))).toMatch(/^\[{101}"\[redacted\]"\]{101}$/);
  });

  it("removes values of any length and number", () => {
    const long = "long ".repeat(40_000);
    const persons = Array.from({ length: 5000 }, (_, i) => ({ last_name: `Name${i} (${i * 7})` }));
    const { text } = createRedactor({ persons, comment: long });
    expect(text(`${long}of Name17 (119), Name4999 (34993) and Name5000 (1)`)).toBe(
      "[redacted]of [redacted], [redacted] and Name5000 (1)",
    );
  });
});
