/** Requests for information through the client, on a real socket. */

import {
  createClient,
  isAirwallexError,
  type Rfi,
  type RfiReply,
  type RfiRespondParams,
} from "airwallex-connect";
import { type RunningEmulator, startEmulator } from "airwallex-connect/emulator";
import { describe, expect, it } from "vitest";
import { individual } from "../emulator/inputs.js";
import { cut, json, key, refuse, startServer } from "../scripted-server.js";

const replies = {
  ADDRESS: { type: "ADDRESS", address: { address_line1: "1 Street", country_code: "AU" } },
  ATTACHMENT: { type: "ATTACHMENT", attachments: [{ file_id: "bill" }] },
  CONFIRMATION: { type: "CONFIRMATION", confirmed: false },
  IDENTITY_DOCUMENT: {
    type: "IDENTITY_DOCUMENT",
    identity_document: { type: "PASSPORT", issuing_country: "AU", number: "P1" },
  },
  TEXT: { type: "TEXT", text: "Savings" },
} as const satisfies Record<string, RfiReply>;

type Kind = keyof typeof replies;

async function asked(emulator: RunningEmulator, ...kinds: readonly Kind[]) {
  const platform = createClient(emulator.clientOptions);
  const { id } = await platform.accounts.create(individual);
  const client = platform.onBehalfOf(id);
  const rfi = await client.simulation.rfis.create({
    type: "KYC",
    questions: kinds.map((type) => ({ answer: { type } })),
  });
  return { platform, client, accountId: id, rfi, input: answersTo(rfi) };
}

function answersTo(rfi: Rfi): RfiRespondParams {
  const questions = rfi.active_request?.questions ?? [];
  return {
    questions: questions.map(({ id, answer }) => ({ id, answer: replies[answer?.type as Kind] })),
  };
}

const responds = (emulator: RunningEmulator): number =>
  emulator.requests.filter(({ endpoint }) => endpoint === "rfis.respond").length;

describe("client.rfis", () => {
  it("reads a question whose answer says no kind", async () => {
    const questions = [{ id: "q1", answer: {} }];
    const rfi = { id: "rfi_1", status: "ACTION_REQUIRED", active_request: { questions } };
    const server = await startServer({ answers: [json(200, rfi)] });
    const client = createClient({ ...key, baseUrl: server.url, validation: "strict" });
    expect(await client.rfis.retrieve("rfi_1")).toEqual(rfi);
  });

  it("answers every kind of question, follows up and closes", async () => {
    await using emulator = await startEmulator();
    const kinds = Object.keys(replies) as readonly Kind[];
    const { client, rfi, input } = await asked(emulator, ...kinds);
    const answered = await client.rfis.respond(rfi.id, input);
    expect(answered.status).toBe("ANSWERED");
    expect(answered.answered_requests?.[0]?.questions?.map(({ answer }) => answer)).toEqual(
      kinds.map((kind) => replies[kind]),
    );
    const more = await client.simulation.rfis.followUp(rfi.id, {
      questions: [{ id: input.questions[0]?.id ?? "" }],
    });
    expect(more.status).toBe("ACTION_REQUIRED");
    expect((await client.simulation.rfis.close(rfi.id)).status).toBe("CLOSED");
    expect(await client.rfis.retrieve(rfi.id)).toMatchObject({ status: "CLOSED" });
  });

  it("lists by status and type, for one account or for all", async () => {
    await using emulator = await startEmulator();
    const { platform, client, rfi } = await asked(emulator, "TEXT");
    await platform.simulation.rfis.create({ type: "TRANSACTION" });
    const ids = async (list: AsyncIterable<Rfi>) => {
      const found: string[] = [];
      for await (const { type } of list) found.push(type ?? "");
      return found;
    };
    expect(await ids(platform.rfis.list())).toEqual(["TRANSACTION", "KYC"]);
    expect(await ids(platform.rfis.list({ page_size: 1 }))).toEqual(["TRANSACTION", "KYC"]);
    expect(await ids(platform.rfis.list({ types: ["KYC", "KYC_ONGOING"] }))).toEqual(["KYC"]);
    expect(await ids(platform.rfis.list({ statuses: ["ANSWERED", "CLOSED"] }))).toEqual([]);
    const page = await client.rfis.list();
    expect(page).toMatchObject({ items: [{ id: rfi.id }], page_after: null });
  });

  it.each([
    ["lacks its member", { type: "TEXT" }, "text", "is missing, expected in TEXT"],
    ["is blank", { type: "TEXT", text: " " }, "text", "is missing"],
    [
      "has a member of another kind",
      { type: "CONFIRMATION", confirmed: true, text: "yes" },
      "text",
      "does not belong to CONFIRMATION, expected confirmed",
    ],
    [
      "has one where none belongs",
      { type: "LIVENESS", confirmed: true },
      "confirmed",
      "expected no further member",
    ],
    ["says no kind", { text: "yes" }, "type", "is missing, expected one of ADDRESS, "],
    ["is of an unknown kind", { type: "SONG" }, "type", "is not allowed"],
  ])("refuses an answer that %s, before anything is sent", async (_, answer, name, message) => {
    await using emulator = await startEmulator();
    const client = createClient(emulator.clientOptions);
    const input = { questions: [{ id: "q1", answer }] } as unknown as RfiRespondParams;
    await expect(client.rfis.respond("rfi_1", input)).rejects.toMatchObject({
      name: "ValidationError",
      operation: "rfis.respond",
      issues: [
        { path: ["questions", 0, "answer", name], message: expect.stringContaining(message) },
      ],
    });
    await expect(client.rfis.respond("rfi_1", undefined as never)).rejects.toMatchObject({
      name: "ValidationError",
    });
    expect(emulator.requests).toEqual([]);
  });

  it("recognises that its answers arrived when the API's response is lost", async () => {
    await using emulator = await startEmulator();
    const { client, rfi, input } = await asked(emulator, "TEXT", "ATTACHMENT");
    emulator.faults.next("rfis.respond", { cut: "after" });
    const answered = await client.rfis.respond(rfi.id, input);
    expect(answered.status).toBe("ANSWERED");
    expect(responds(emulator)).toBe(1);
  });

  it("recognises that some answers arrived while others are still open", async () => {
    await using emulator = await startEmulator();
    const { client, rfi, input } = await asked(emulator, "ADDRESS", "TEXT");
    emulator.faults.next("rfis.respond", { cut: "after" });
    const first = { questions: input.questions.slice(0, 1) };
    expect((await client.rfis.respond(rfi.id, first)).status).toBe("ACTION_REQUIRED");
    expect(responds(emulator)).toBe(1);
  });

  it("sends the answers again when they did not arrive", async () => {
    await using emulator = await startEmulator();
    const { client, rfi, input } = await asked(emulator, "TEXT");
    const id = input.questions[0]?.id ?? "";
    emulator.faults.next("rfis.respond", { status: 503 });
    expect((await client.rfis.respond(rfi.id, input)).status).toBe("ANSWERED");
    expect(responds(emulator)).toBe(2);
    // A repeated question has an older answer, which is not the one that was lost.
    await client.simulation.rfis.followUp(rfi.id, { questions: [{ id }] });
    emulator.faults.next("rfis.respond", { cut: "before" });
    const answer = { type: "TEXT", text: "Salary" } as const;
    const after = await client.rfis.respond(rfi.id, { questions: [{ id, answer }] });
    expect(after.answered_requests?.at(-1)?.questions?.[0]?.answer).toEqual(answer);
    expect(responds(emulator)).toBe(4);
  });

  it("does not mistake an earlier answer to an open question for the one that was lost", async () => {
    await using emulator = await startEmulator();
    const { client, rfi, input } = await asked(emulator, "TEXT", "TEXT");
    const id = input.questions[0]?.id ?? "";
    const say = (text: string) =>
      client.rfis.respond(rfi.id, { questions: [{ id, answer: { type: "TEXT", text } }] });
    await say("first");
    emulator.faults.next("rfis.respond", { status: 503 });
    const after = await say("second");
    expect(after.active_request?.questions?.[0]?.answer?.text).toBe("second");
  });

  it("recognises that the answers arrived between a look-up and the next attempt", async () => {
    const text = "Savings";
    const question = { id: "q1", answer: { type: "TEXT" } };
    const waiting = { id: "rfi_1", status: "ACTION_REQUIRED" };
    const over = {
      id: "rfi_1",
      status: "ANSWERED",
      answered_requests: [{ questions: [question] }],
    };
    const server = await startServer({
      answers: [
        cut(),
        json(200, { ...waiting, active_request: { questions: [question] } }),
        refuse(400, { code: "invalid_state_for_operation" }),
        json(200, over),
      ],
    });
    const client = createClient({ ...key, baseUrl: server.url });
    const input = { questions: [{ id: "q1", answer: { type: "TEXT", text } }] } as const;
    expect(await client.rfis.respond("rfi_1", input)).toEqual(over);
    expect(server.requests.map(({ method }) => method)).toEqual(["POST", "GET", "POST", "GET"]);
  });

  it("does not mistake another caller's answers for its own when its first attempt is refused", async () => {
    const server = await startServer({
      answers: [refuse(400, { code: "invalid_state_for_operation" })],
    });
    const client = createClient({ ...key, baseUrl: server.url });
    const input = { questions: [{ id: "q1", answer: replies.TEXT }] };
    await expect(client.rfis.respond("rfi_1", input)).rejects.toMatchObject({
      apiCode: "invalid_state_for_operation",
      outcome: "not_done",
    });
    expect(server.requests.length).toBe(1);
  });

  it("shows no answer in an error", async () => {
    await using emulator = await startEmulator();
    const { client, rfi, input } = await asked(emulator, "TEXT");
    const text = "a secret inheritance";
    emulator.faults.next("rfis.respond", {
      status: 400,
      body: { code: "invalid_argument", message: `bad text: ${text}`, details: { text } },
    });
    const id = input.questions[0]?.id ?? "";
    const error: unknown = await client.rfis
      .respond(rfi.id, { questions: [{ id, answer: { type: "TEXT", text } }] })
      .catch((reason: unknown) => reason);
    expect(isAirwallexError(error)).toBe(true);
    expect(JSON.stringify(error) + String(error)).not.toContain(text);
  });
});
