/** A payment that was made is never reported as not done, whatever the server answers after its work. */
// right: 22 answers after the work, once and always: wrong 0
// right: repeated by a later process, look-up 403: unknown
// right: repeated by a later process, look-up 500: unknown
// right: repeated by a later process, look-up finds nothing: unknown
// right: repeated by a later process, look-up html: unknown
// right: repeated by a later process, look-up cut: unknown
import { createClient } from "airwallex-connect";
import { startEmulator } from "airwallex-connect/emulator";
import { payable, proxy } from "./lib.mjs";

const emulator = await startEmulator();
const { client: setup, payment } = await payable(emulator, "");
const json = (status, body, headers) => ({
  status,
  headers: { "content-type": "application/json", ...headers },
  body: typeof body === "string" ? body : JSON.stringify(body),
});
const html = (status) => ({ status, headers: { "content-type": "text/html" }, body: "<h1>x</h1>" });
const answers = [
  json(500, { code: "internal_error" }),
  json(409, { code: "x" }),
  json(429, { code: "too_many_requests" }, { "retry-after": "0" }),
  ...[503, 504, 520, 524, 403, 404, 413, 200].map(html),
  json(408, {}),
  { status: 302, headers: { location: "https://x.test/" }, body: "" },
  json(400, { code: "validation_failed", message: "x" }),
  json(401, { code: "credentials_invalid" }),
  ...["{}", "null", "[]", '{"error":"maintenance"}', '{"id":"x","amount":', ""].map((body) =>
    json(200, body),
  ),
  { status: 204, headers: {}, body: "" },
];
let wrong = 0;
let count = 0;
const isWrite = (url) => url.includes("connected_account_transfers/create");
const open = (url) =>
  createClient({ ...emulator.clientOptions, baseUrl: url, filesBaseUrl: url, timeoutMs: 15_000 });
const tries = answers.flatMap((answer) =>
  [1, Number.POSITIVE_INFINITY].map((times) => ({ answer, times })),
);
await Promise.all(
  tries.map(async ({ answer, times }) => {
    const request_id = `liar-${count++}`;
    let left = times;
    const server = await proxy(emulator.url, async ({ url, forward }) => {
      const real = await forward();
      return isWrite(url) && left-- > 0 ? answer : real;
    });
    const client = open(server.url);
    const [result] = await Promise.allSettled([
      client.transfers.create({ ...payment, request_id }),
    ]);
    const made = await setup.transfers.list({ request_id }).toArray({ limit: 10 });
    const { value, reason } = result;
    // These say by themselves that the server refused, and are believed.
    const refused = [400, 401, 403, 404, 413, 429].includes(answer.status);
    const isWrong =
      made.length !== 1 ||
      (value !== undefined && value?.id !== made[0].id) ||
      (reason?.outcome === "not_done" && !refused);
    if (isWrong)
      console.log(answer.status, answer.body, times, value ?? `${reason.code} ${reason.outcome}`);
    wrong += isWrong;
    await client.close();
    server.close();
  }),
);
console.log(`${answers.length} answers after the work, once and always: wrong ${wrong}`);

const lookups = {
  500: async () => json(500, { code: "internal_error" }),
  403: async () => html(403),
  "finds nothing": async () => json(200, { has_more: false, items: [] }),
  html: async () => html(200),
  cut: async () => undefined,
};
for (const [name, lookup] of Object.entries(lookups)) {
  const request_id = `again-${name}`;
  await setup.transfers.create({ ...payment, request_id });
  const server = await proxy(emulator.url, ({ url, forward }) =>
    url.includes("connected_account_transfers") && !isWrite(url) ? lookup() : forward(),
  );
  const client = open(server.url);
  const outcome = await client.transfers.create({ ...payment, request_id }).then(
    () => "returned",
    (error) => error.outcome,
  );
  console.log(`repeated by a later process, look-up ${name}: ${outcome}`);
  await client.close();
  server.close();
}
await setup.close();
await emulator.close();
