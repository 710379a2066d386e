/** A server that closes idle connections just when they are used again: every create is made once, and none is reported as failed. */
// right: undici: 64 creates: resolved 64, made twice 0
// right: fetch: 64 creates: resolved 64, made twice 0
import { createServer } from "node:http";
import { createClient } from "airwallex-connect";
import { ended, seller, sleep } from "./lib.mjs";

const clients = 8;
const each = 8;
const idleMs = 10;
const accounts = [];
const server = createServer(async (request, response) => {
  const body = Buffer.concat(await request.toArray()).toString();
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify(answer(request, body)));
  const { socket } = request;
  clearTimeout(socket.idle);
  // Without a word, as many load balancers do.
  response.once("finish", () => (socket.idle = setTimeout(() => socket.end(), idleMs)));
});
server.keepAliveTimeout = 0;
server.on("connection", (socket) => {
  socket.on("data", () => clearTimeout(socket.idle));
  socket.on("error", () => undefined);
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));

function answer({ url, method }, body) {
  if (url.endsWith("/login")) return { token: "t", expires_at: "2099-01-01T00:00:00+0000" };
  if (method === "POST") {
    const { identifier } = JSON.parse(body);
    const account = {
      id: `acct_${accounts.length}`,
      status: "CREATED",
      identifier,
      created_at: new Date().toISOString(),
    };
    accounts.push(account);
    return account;
  }
  const asked = new URL(url, "http://localhost").searchParams.get("identifier");
  return { has_more: false, items: accounts.filter(({ identifier }) => identifier === asked) };
}

/** One create after the other, each around the moment at which the server closes. */
async function create(transport, from) {
  const client = createClient({
    environment: "sandbox",
    clientId: "c",
    apiKey: "k",
    baseUrl: `http://127.0.0.1:${server.address().port}`,
    ...(transport === "fetch" && { fetch }),
  });
  const ends = [];
  for (let i = 0; i < each; i++) {
    await sleep(idleMs - 2 + Math.random() * 4);
    ends.push(await ended(client.accounts.create({ ...seller, identifier: `s${from + i}` })));
  }
  await client.close();
  return ends;
}

for (const transport of ["undici", "fetch"]) {
  accounts.length = 0;
  const lanes = Array.from({ length: clients }, (_, lane) => create(transport, lane * each));
  const ends = (await Promise.all(lanes)).flat();
  const resolved = ends.filter((end) => end === "resolved").length;
  const others = [...new Set(ends)].filter((end) => end !== "resolved").join("; ");
  const twice = accounts.length - new Set(accounts.map(({ identifier }) => identifier)).size;
  const counted = `resolved ${resolved}${others && ` (${others})`}, made twice ${twice}`;
  console.log(`${transport}: ${ends.length} creates: ${counted}`);
}
server.close();
server.closeAllConnections();
