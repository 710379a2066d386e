import { createHmac } from "node:crypto";
import {
  constructEvent,
  signPayload,
  WebhookPayloadError,
  WebhookVerificationError,
} from "airwallex-connect/webhooks";
import fc from "fast-check";
import { expect, it } from "vitest";
import { envelope, fixture, secret } from "./deliveries.js";

const rounds = 100_000;
const receivedAtMs = 1_700_000_000_000;
const bodies = [
  fixture("account.submitted"),
  fixture("account.connected.legacy"),
  fixture("account.action_required.legacy"),
  Buffer.from(envelope({ data: { name: "李 🦊", list: [1, 2.5e3, null, true] } })),
];

/** A generator of small numbers that are the same on every run. */
function dice(seed: number): (sides: number) => number {
  let state = seed;
  return (sides) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * sides);
  };
}

const roll = dice(20_260_821);

function mutateBytes(bytes: Buffer): Buffer {
  const at = roll(bytes.length + 1);
  const [head, tail] = [bytes.subarray(0, at), bytes.subarray(at)];
  switch (roll(6)) {
    case 0:
      return head;
    case 1:
      return Buffer.concat([head, tail.subarray(1)]);
    case 2:
      return Buffer.concat([head, Buffer.from([roll(256)]), tail]);
    case 3:
      return Buffer.concat([head, Buffer.from([roll(256)]), tail.subarray(1)]);
    case 4:
      return Buffer.concat([bytes, bytes]);
    default:
      return Buffer.concat([Buffer.from("\ufeff"), bytes]);
  }
}

const mutateText = (text: string): string => mutateBytes(Buffer.from(text)).toString("latin1");

const good = (body: Buffer, headers: Record<string, string>): boolean =>
  headers["x-signature"] ===
  createHmac("sha256", secret).update(`${headers["x-timestamp"]}`).update(body).digest("hex");

it("constructEvent() accepts none of 100,000 mutated deliveries unless the signature is right", async () => {
  const seen = new Map<string, number>();
  const count = (what: string) => seen.set(what, (seen.get(what) ?? 0) + 1);
  for (let i = 0; i < rounds; i += 1) {
    let body = bodies[i % bodies.length] as Buffer;
    const headers: Record<string, string> = {
      ...signPayload(body, { secret, timestampMs: receivedAtMs }),
    };
    const target = roll(4);
    if (target === 0) body = mutateBytes(body);
    if (target === 1) headers["x-signature"] = mutateText(headers["x-signature"] ?? "");
    if (target === 2) headers["x-timestamp"] = mutateText(headers["x-timestamp"] ?? "");
    if (target === 3) {
      // Any body with a right signature, so that parsing is reached.
      body = mutateBytes(body);
      Object.assign(headers, signPayload(body, { secret, timestampMs: receivedAtMs }));
    }
    try {
      await constructEvent(body, headers, { secrets: secret, receivedAtMs });
      if (!good(body, headers)) throw new Error(`accepted: ${JSON.stringify(headers)}`);
      count("accepted, rightly");
    } catch (error) {
      const ours =
        error instanceof WebhookVerificationError || error instanceof WebhookPayloadError;
      if (!ours) throw error;
      count(error.code);
    }
  }
  console.info(`${rounds} changed deliveries:`, Object.fromEntries([...seen].sort()));
  // Every branch was reached, so the fuzzing is not about just one of them.
  for (const code of [
    "accepted, rightly",
    "webhook_body_not_json",
    "webhook_envelope_invalid",
    "webhook_header_malformed",
    "webhook_header_missing",
    "webhook_signature_mismatch",
  ]) {
    expect(seen.get(code) ?? 0).toBeGreaterThan(0);
  }
});

it("constructEvent() fails only with its own errors, whatever the headers and the body are", async () => {
  const headers = fc.dictionary(
    fc.constantFrom("x-timestamp", "X-Signature", "x-signature", "get", "__proto__", "a"),
    fc.oneof(fc.string(), fc.array(fc.string()), fc.constant(undefined)) as fc.Arbitrary<string>,
  );
  const property = fc.asyncProperty(headers, fc.oneof(fc.string(), fc.anything()), async (h, b) => {
    const error = await constructEvent(b as string, h, { secrets: secret }).catch(
      (e: unknown) => e,
    );
    expect(error).toBeInstanceOf(WebhookVerificationError);
  });
  await fc.assert(property, { numRuns: 3000 });
});
