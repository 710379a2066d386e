import { execFileSync, spawnSync } from "node:child_process";
import crypto, { createHmac } from "node:crypto";
import { syncBuiltinESMExports } from "node:module";
import { inspect } from "node:util";
import { WebhookVerificationError } from "airwallex-connect";
import { signPayload, verifySignature, type WebhookHeaders } from "airwallex-connect/webhooks";
import { describe, expect, it, onTestFinished, vi } from "vitest";

const secret = "whsec_Tq3sJ8";
const nowMs = 1_700_000_000_000;
const body = '{"id":"evt_1","name":"account.submitted","account_id":"acct_1","data":{}}';
const headers = signPayload(body, { secret, timestampMs: nowMs });
const options = { secrets: secret, receivedAtMs: nowMs };

function refusal(work: () => unknown): WebhookVerificationError {
  try {
    work();
  } catch (error) {
    if (error instanceof WebhookVerificationError) return error;
    throw error;
  }
  throw new Error("it was accepted");
}

const codeOf = (work: () => unknown) => refusal(work).code;

describe("signPayload()", () => {
  it("signs the millisecond timestamp and the body with nothing in between", () => {
    const expected = createHmac("sha256", secret).update(`${nowMs}${body}`).digest("hex");
    expect(headers).toEqual({ "x-timestamp": String(nowMs), "x-signature": expected });
  });

  it("signs a string and its UTF-8 bytes alike", () => {
    const text = '{"name":"李 Ångström 🦊"}';
    const bytes = Buffer.from(text);
    const signed = signPayload(text, { secret, timestampMs: nowMs });
    expect(signPayload(bytes, { secret, timestampMs: nowMs })).toEqual(signed);
    const { buffer } = new Uint8Array(bytes);
    expect(signPayload(buffer, { secret, timestampMs: nowMs })).toEqual(signed);
  });

  it("refuses an empty secret, an invalid body and an invalid timestamp", () => {
    expect(() => signPayload(body, { secret: "" })).toThrow(TypeError);
    expect(() => signPayload({} as string, { secret })).toThrow(TypeError);
    for (const timestampMs of [Number.NaN, -1, 1.5, Number.POSITIVE_INFINITY]) {
      expect(() => signPayload(body, { secret, timestampMs })).toThrow(RangeError);
    }
  });
});

describe("verifySignature()", () => {
  it("returns when it was signed, and with which secret", () => {
    expect(verifySignature(body, headers, options)).toEqual({ timestampMs: nowMs, secretIndex: 0 });
    const secrets = ["newer", secret, "another"];
    expect(verifySignature(body, headers, { ...options, secrets }).secretIndex).toBe(1);
  });

  it("accepts every kind of headers", () => {
    const kinds: readonly WebhookHeaders[] = [
      new Headers({ ...headers }),
      new Map(Object.entries(headers)) as unknown as WebhookHeaders,
      { "X-Timestamp": headers["x-timestamp"], "X-SIGNATURE": headers["x-signature"] },
      { "x-timestamp": [headers["x-timestamp"]], "x-signature": [headers["x-signature"]] },
      { ...headers, host: "example.com", "set-cookie": ["a", "b"], upgrade: undefined },
    ];
    for (const kind of kinds) expect(() => verifySignature(body, kind, options)).not.toThrow();
  });

  it("works with secrets and bodies in any script", () => {
    const unicode = "schlüssel-鍵-🔑";
    const text = '{"name":"Ægir ☃ 𝒳"}';
    const signed = signPayload(text, { secret: unicode, timestampMs: nowMs });
    const bytes = Buffer.from(text);
    expect(() => verifySignature(bytes, signed, { ...options, secrets: unicode })).not.toThrow();
    const latin = Buffer.from(text, "latin1");
    expect(codeOf(() => verifySignature(latin, signed, { ...options, secrets: unicode }))).toBe(
      "webhook_signature_mismatch",
    );
  });

  it("keeps a byte-order mark, which is part of the signed bytes", () => {
    const marked = Buffer.from(`\ufeff${body}`);
    const signed = signPayload(marked, { secret, timestampMs: nowMs });
    expect(() => verifySignature(marked, signed, options)).not.toThrow();
    expect(codeOf(() => verifySignature(body, signed, options))).toBe("webhook_signature_mismatch");
  });

  it.each(["x-timestamp", "x-signature"] as const)("names %s when it is missing", (name) => {
    for (const value of [undefined, "", []]) {
      const error = refusal(() => verifySignature(body, { ...headers, [name]: value }, options));
      expect(error).toMatchObject({ code: "webhook_header_missing", header: name });
    }
  });

  it.each(["x-timestamp", "x-signature"] as const)("refuses %s when it is sent twice", (name) => {
    const value = headers[name];
    const twice: readonly WebhookHeaders[] = [
      { ...headers, [name]: [value, value] },
      { ...headers, [name]: `${value}, ${value}` },
      { ...headers, [name.toUpperCase()]: value },
      new Headers([...Object.entries(headers), [name, value]]),
    ];
    for (const one of twice) {
      const error = refusal(() => verifySignature(body, one, options));
      expect(error).toMatchObject({ code: "webhook_header_repeated", header: name });
    }
  });

  it.each([
    ["x-timestamp", "2023-11-14T22:13:20Z"],
    ["x-timestamp", "1.7e12"],
    ["x-timestamp", "-1700000000000"],
    ["x-timestamp", "0x18BCFE56800"],
    ["x-timestamp", ` ${nowMs}`],
    ["x-timestamp", "9".repeat(400)],
    ["x-signature", "abc"],
    ["x-signature", `${headers["x-signature"]}00`],
    ["x-signature", `sha256=${headers["x-signature"]}`],
    ["x-signature", headers["x-signature"].toUpperCase()],
    ["x-signature", `${headers["x-signature"].slice(0, -1)}\n`],
    ["x-signature", Buffer.from(headers["x-signature"], "hex").toString("base64")],
  ])("says that %s is malformed: %j", (header, value) => {
    const error = refusal(() => verifySignature(body, { ...headers, [header]: value }, options));
    expect(error).toMatchObject({ code: "webhook_header_malformed", header });
  });

  it("refuses a signature that differs in a single digit", () => {
    const { "x-signature": right } = headers;
    for (let i = 0; i < right.length; i += 1) {
      const digit = right[i] === "0" ? "1" : "0";
      const wrong = { ...headers, "x-signature": right.slice(0, i) + digit + right.slice(i + 1) };
      expect(codeOf(() => verifySignature(body, wrong, options))).toBe(
        "webhook_signature_mismatch",
      );
    }
  });

  it("compares every signature in constant time, with each secret", () => {
    const compare = vi.spyOn(crypto, "timingSafeEqual");
    syncBuiltinESMExports();
    onTestFinished(() => {
      compare.mockRestore();
      syncBuiltinESMExports();
    });
    verifySignature(body, headers, { ...options, secrets: ["an older one", secret] });
    expect(compare).toHaveBeenCalledTimes(2);
    const forged = { ...headers, "x-signature": "0".repeat(64) };
    expect(codeOf(() => verifySignature(body, forged, options))).toBe("webhook_signature_mismatch");
    expect(compare).toHaveBeenCalledTimes(3);
  });

  it("tells a stale or future timestamp from a forged signature", () => {
    const at = (receivedAtMs: number, more = {}) =>
      codeOf(() => verifySignature(body, headers, { ...options, receivedAtMs, ...more }));
    expect(at(nowMs + 300_001)).toBe("webhook_timestamp_stale");
    expect(at(nowMs - 300_001)).toBe("webhook_timestamp_future");
    expect(at(nowMs + 7 * 86_400_000)).toBe("webhook_timestamp_stale");
    expect(at(nowMs + 7 * 86_400_000, { secrets: "x" })).toBe("webhook_signature_mismatch");
    const moved = { ...headers, "x-timestamp": String(nowMs + 1) };
    expect(codeOf(() => verifySignature(body, moved, options))).toBe("webhook_signature_mismatch");
  });

  it("reports lateness and earliness in seconds, like the limits", () => {
    const at = (receivedAtMs: number) => () =>
      verifySignature(body, headers, { ...options, receivedAtMs });
    expect(at(nowMs + 3_600_000)).toThrow("it was signed 3600 s ago, expected at most 300 s;");
    expect(at(nowMs - 300_250)).toThrow("signed 300.25 s in the future, expected at most 300 s;");
  });

  it("accepts timestamps up to the edges of the window", () => {
    for (const receivedAtMs of [nowMs - 300_000, nowMs + 300_000]) {
      expect(() => verifySignature(body, headers, { ...options, receivedAtMs })).not.toThrow();
    }
    const wide = { ...options, toleranceMs: 86_400_000, receivedAtMs: nowMs + 86_400_000 };
    expect(() => verifySignature(body, headers, wide)).not.toThrow();
    expect(codeOf(() => verifySignature(body, headers, { ...wide, toleranceMs: 1 }))).toBe(
      "webhook_timestamp_stale",
    );
  });

  it("cannot be turned off", () => {
    for (const toleranceMs of [0, -1, Number.NaN, Number.POSITIVE_INFINITY, 604_800_001, 0.5]) {
      const wrong = () => verifySignature(body, headers, { ...options, toleranceMs });
      expect(wrong).toThrow(RangeError);
    }
    for (const secrets of ["", " ", [], [secret, ""], [undefined], undefined]) {
      const wrong = () => verifySignature(body, headers, { secrets: secrets as string[] });
      expect(wrong).toThrow(TypeError);
    }
    const receivedAtMs = Number.NaN;
    expect(() => verifySignature(body, headers, { ...options, receivedAtMs })).toThrow(RangeError);
  });

  it("says that a parsed body is not raw", () => {
    for (const parsed of [JSON.parse(body), undefined, null, 7, []]) {
      expect(codeOf(() => verifySignature(parsed, headers, options))).toBe("webhook_body_not_raw");
    }
  });

  it.each([
    [[`${secret}\n`], body, "without the white space around the secret"],
    [["other "], body, "white space around it"],
    [["other"], "", "a parser may have consumed it"],
    [["other"], "[object Object]", "parsed object turned back into text"],
    [["other"], Buffer.from('{"name":"Bj\xf6rn"}', "latin1"), "another encoding"],
    [["other"], body, "not parsed and serialised again"],
  ])("hints at the cause of a mismatch (%#)", (secrets, raw, hint) => {
    const error = refusal(() => verifySignature(raw, headers, { ...options, secrets }));
    expect(error.code).toBe("webhook_signature_mismatch");
    expect(error.message).toContain(hint);
  });

  it("shows no secret, signature or payload in its errors", () => {
    const wrong = [`${secret}\n`, "whsec_other"];
    const error = refusal(() => verifySignature(body, headers, { ...options, secrets: wrong }));
    const shown = `${inspect(error, { depth: 9, showHidden: true })}${JSON.stringify(error)}`;
    for (const word of [secret, "whsec_other", headers["x-signature"], "acct_1"]) {
      expect(shown).not.toContain(word);
    }
  });
});

const openssl = spawnSync("openssl", ["version"], { encoding: "utf8" });

describe.skipIf(openssl.status !== 0)("openssl, or skipped because it is not installed", () => {
  const sign = (key: string, message: Buffer) =>
    execFileSync("openssl", ["dgst", "-sha256", "-hmac", key], { input: message, encoding: "utf8" })
      .trim()
      .replace(/^.*= ?/, "");

  it.each([
    ["plain", secret, body],
    ["unicode", "schlüssel-鍵", '{"name":"Ångström 🦊"}'],
    ["with a byte-order mark", secret, `\ufeff${body}`],
  ])("agrees with us in both directions: %s", (_, key, text) => {
    const theirs = sign(key, Buffer.from(`${nowMs}${text}`));
    const ours = signPayload(text, { secret: key, timestampMs: nowMs });
    expect(ours["x-signature"]).toBe(theirs);
    const signed = { "x-timestamp": String(nowMs), "x-signature": theirs };
    expect(verifySignature(text, signed, { ...options, secrets: key }).secretIndex).toBe(0);
  });
});
