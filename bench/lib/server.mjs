/**
 * The API under test, in a process of its own: plain node:http and responses prepared once, so that it
 * takes as little of the machine as possible from the clients. Reports what it saw when asked.
 */

import { readFileSync } from "node:fs";
import { createServer } from "node:http";

const account = Buffer.from(
  JSON.stringify(JSON.parse(readFileSync(new URL("../fixtures/account.json", import.meta.url)))),
);
const token = `bench.${"t".repeat(594)}`;
const common = { "content-type": "application/json", "x-request-id": "bench-0001" };
const accountHeaders = { ...common, "content-length": account.length };

const seen = { logins: 0, sockets: 0 };

const server = createServer((request, response) => {
  request.resume();
  // Responding earlier would interrupt a client that is still sending.
  request.on("end", () => {
    if (request.url === "/api/v1/authentication/login") {
      seen.logins += 1;
      response.writeHead(201, common).end(login());
    } else {
      response.writeHead(200, accountHeaders).end(account);
    }
  });
});

function login() {
  const expiresAt = new Date(Date.now() + 30 * 60_000).toISOString().replace("Z", "+0000");
  return JSON.stringify({ token, expires_at: expiresAt });
}

// Longer than any contestant waits for its turn: no client reconnects in the middle of a run.
server.keepAliveTimeout = 600_000;
server.on("connection", () => {
  seen.sockets += 1;
});
server.listen({ port: 0, host: "127.0.0.1", backlog: 16_384 }, () => {
  process.send({ origin: `http://127.0.0.1:${server.address().port}` });
});

process.on("message", () => {
  const { user, system } = process.cpuUsage();
  process.send({ ...seen, cpuUs: user + system });
});
process.on("disconnect", () => process.exit());
