import { describe, expect, it } from "vitest";
import { ApiError, createClient } from "../../src/index.js";
import { type Answer, json, key, refuse, startServer, text } from "../scripted-server.js";

/** The error that `accounts.submit` rejects with after this answer. */
async function refusalOf(answer: Answer): Promise<ApiError> {
  const server = await startServer({ answers: [answer] });
  const client = createClient({ ...key, baseUrl: server.url, maxRetries: 0 });
  const error = await client.accounts.submit("acct_1").catch((reason: unknown) => reason);
  if (!(error instanceof ApiError)) throw error;
  return error;
}

describe("ApiError", () => {
  it("says what the API said", async () => {
    const body = {
      code: "field_required",
      message: "business_name must be provided",
      source: "account_details.business_details.business_name",
      trace_id: "trace-1",
    };
    const error = await refusalOf(json(400, body, { "x-request-id": "r-1" }));
    expect(error).toMatchObject({
      name: "ApiError",
      code: "invalid_request",
      operation: "accounts.submit",
      method: "POST",
      path: "/api/v1/accounts/acct_1/submit",
      status: 400,
      apiCode: "field_required",
      remoteMessage: body.message,
      source: body.source,
      traceId: "trace-1",
      requestId: "r-1",
      outcome: "not_done",
      attempts: 1,
      fieldErrors: [{ field: body.source, code: "field_required", message: body.message }],
      body,
    });
    expect(error.message).toBe(
      'Cannot call accounts.submit: 400 field_required, "business_name must be provided", source account_details.business_details.business_name, trace id trace-1 (POST /api/v1/accounts/acct_1/submit, outcome not_done, request id r-1)',
    );
  });

  it("shows nothing secret or personal that stands where a code or a trace id is expected", async () => {
    const body = { code: "no ada@example.com", message: "No", trace_id: "for ada@example.com" };
    const error = await refusalOf(json(400, body));
    expect(error).toMatchObject({ apiCode: "no [redacted]", traceId: "for [redacted]" });
    expect(String(error)).not.toContain("ada@");
  });

  const ids = { "x-awx-trace-id": "a", "correlation-id": "b", "x-request-id": "c" };

  it.each([
    ["x-awx-trace-id", ids, "a"],
    ["correlation-id", { ...ids, "x-awx-trace-id": "" }, "b"],
    ["x-request-id", { "x-request-id": "c" }, "c"],
    ["no header", {}, undefined],
  ])("takes its request id from %s", async (_, headers, expected) => {
    const error = await refusalOf(json(400, {}, headers));
    expect(error.requestId).toBe(expected);
  });

  it.each(["Ask support", 7, ["a", "b"], true])(
    "takes details of any kind: %j",
    async (details) => {
      const error = await refusalOf(json(400, { code: "bad", message: "No", details }));
      expect(error).toMatchObject({ apiCode: "bad", remoteMessage: "No", fieldErrors: [] });
      expect(error.details).toEqual(details);
    },
  );

  it.each([
    [302, "refused", "unknown"],
    [400, "invalid_request", "not_done"],
    [402, "refused", "not_done"],
    [403, "forbidden", "not_done"],
    [404, "not_found", "not_done"],
    [408, "refused", "unknown"],
    [409, "conflict", "not_done"],
    [410, "refused", "not_done"],
    [422, "invalid_request", "not_done"],
    [429, "rate_limited", "not_done"],
    [500, "server_error", "unknown"],
    [501, "server_error", "unknown"],
    [502, "server_error", "unknown"],
    [503, "server_error", "unknown"],
    [599, "server_error", "unknown"],
  ])("of status %i has code %s, and leaves a write %s", async (status, code, outcome) => {
    const error = await refusalOf(json(status, { code: "some_code", message: "No" }));
    expect(error).toMatchObject({ status, code, outcome, apiCode: "some_code" });
  });

  it("hides an id that is an e-mail address, and so do the events", async () => {
    const server = await startServer({ otherwise: refuse(404, { message: "No x@y.example." }) });
    const events: unknown[] = [];
    const observer = { onAttempt: (event: unknown) => events.push(event) };
    const client = createClient({ ...key, baseUrl: server.url, observer });
    const error = await client.accounts.submit("ada@example.com").catch((e: unknown) => e);
    expect(error).toMatchObject({ path: "/api/v1/accounts/[redacted]/submit" });
    expect(String(error)).toContain("(POST /api/v1/accounts/[redacted]/submit, ");
    expect(events).toContainEqual(
      expect.objectContaining({ path: "/api/v1/accounts/[redacted]/submit" }),
    );
    expect(server.requests[0]?.target).toBe("/api/v1/accounts/ada%40example.com/submit");
  });

  it("of status 500 leaves nothing unknown for a read", async () => {
    const server = await startServer({ answers: [json(500, {})] });
    const client = createClient({ ...key, baseUrl: server.url, maxRetries: 0 });
    await expect(client.accounts.retrieve("acct_1")).rejects.toMatchObject({
      code: "server_error",
      outcome: "not_done",
    });
  });

  it.each([
    ["a list", "[]"],
    ["a string", '"x"'],
    ["a number", "5"],
    ["null", "null"],
    ["true", "true"],
    ["an empty object", "{}"],
    ["members of other types", '{"code":5,"message":{},"source":[],"details":"x","trace_id":1}'],
    ["empty members", '{"code":"","message":"","source":""}'],
    ["members that are null", '{"code":null,"message":null,"source":null,"details":null}'],
    ["strange details", '{"details":[null,1,"x",[],{},{"source":5},{"field":null}]}'],
    ["strange errors in details", '{"details":{"errors":{"a":1}}}'],
  ])("survives a body that is %s", async (_, body) => {
    const error = await refusalOf(text(422, body, { "content-type": "application/json" }));
    expect(error).toMatchObject({
      code: "invalid_request",
      status: 422,
      apiCode: undefined,
      remoteMessage: undefined,
      source: undefined,
      fieldErrors: [],
    });
    expect(error.message).toMatch(
      /^Cannot call accounts\.submit: 422; the answer has neither code nor message, see error\.body \(POST /,
    );
    expect(error.body).toEqual(JSON.parse(body));
  });

  it("says that a redirect is not followed, and how long the API asks to wait", async () => {
    const redirect = await refusalOf(text(302, "", { location: "https://elsewhere.example/" }));
    expect(redirect.message).toContain("302; redirects are not followed; check baseUrl");
    const limited = { code: "too_many_requests", message: "Rate Limit Exceeded." };
    const later = await refusalOf(json(429, limited, { "retry-after": "90" }));
    expect(later.message).toContain('"Rate Limit Exceeded."; the API asks to wait 90 s (POST');
    const page = await refusalOf(text(503, "<html>", { "retry-after": "5" }));
    expect(page.message).toMatch(/503; the answer is not JSON \(.+\); the API asks to wait 5 s; /);
  });

  it("survives a body that is a web page, and says so", async () => {
    const page = "<html><title>502 Bad Gateway</title></html>";
    const error = await refusalOf(text(502, page, { "content-type": "text/html" }));
    expect(error).toMatchObject({
      code: "server_error",
      status: 502,
      outcome: "unknown",
      body: page,
    });
    expect(error.message).toContain("502; the answer is not JSON (text/html, 43 bytes)");
    expect(error.message).not.toContain("Bad Gateway");
  });

  it("survives a body that is empty, and says so", async () => {
    const error = await refusalOf(text(404, ""));
    expect(error).toMatchObject({ code: "not_found", body: "" });
    expect(error.message).toContain("404; the answer has no body");
  });

  it("survives a body that is very long", async () => {
    const error = await refusalOf(json(400, { code: "c", message: "word ".repeat(100_000) }));
    expect(error.message.length).toBeLessThan(2000);
    expect(error.remoteMessage?.startsWith("word word")).toBe(true);
  });

  it.each([
    [
      "a list in details",
      { details: [{ source: "a.b", code: "c1", message: "m1" }, { field: "d" }] },
    ],
    [
      "a list of errors in details",
      { details: { errors: [{ source: "a.b", code: "c1", message: "m1" }, { field: "d" }] } },
    ],
  ])("lists the fields of %s, in their order", async (_, body) => {
    const error = await refusalOf(json(400, { code: "validation_failed", ...body }));
    expect(error.fieldErrors).toEqual([
      { field: "a.b", code: "c1", message: "m1" },
      { field: "d", code: undefined, message: undefined },
    ]);
    expect(error.details).toEqual(body.details);
  });

  it("says how long the API asks to wait", async () => {
    const error = await refusalOf(json(429, {}, { "retry-after": "90" }));
    expect(error).toMatchObject({ code: "rate_limited", retryAfterMs: 90_000 });
  });
});
