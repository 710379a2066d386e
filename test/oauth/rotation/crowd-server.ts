/**
 * The token endpoint of many connections, with a latency and a limit, and one endpoint of the API. It takes
 * every documented rule at its word.
 */

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

export interface CrowdServerOptions {
  readonly latencyMs: number;
  /** Requests to the token endpoint per second; more are answered with 429. */
  readonly perSecond?: number | undefined;
}

export interface CrowdServer {
  readonly url: string;
  /** The first refresh token of a connection. */
  firstToken(index: number): string;
  readonly count: {
    /** Requests to the token endpoint. */
    requests: number;
    refused: number;
    issued: number;
    /** Answers with tokens that nobody waited for any more, after more than five seconds. */
    tooLate: number;
    /** Connections ended because an old token was used after its minute. */
    lost: number;
  };
  /** Connections that were renewed at least once. */
  renewed(): number;
  /** Whether a request with this refresh token has reached the server. */
  hasSeen(token: string): boolean;
  close(): Promise<void>;
}

const graceMs = 60_000;

export async function startCrowdServer(options: CrowdServerOptions): Promise<CrowdServer> {
  const count = { requests: 0, refused: 0, issued: 0, tooLate: 0, lost: 0 };
  /** When each token was replaced. */
  const replacedAtMs = new Map<string, number>();
  const newest = new Map<string, number>();
  const lost = new Set<string>();
  let recent: number[] = [];

  function isTooMany(): boolean {
    const now = performance.now();
    recent = recent.filter((atMs) => atMs > now - 1000);
    if (recent.length >= (options.perSecond ?? Number.POSITIVE_INFINITY)) return true;
    recent.push(now);
    return false;
  }

  function refresh(token: string): [status: number, body: unknown] {
    const [connection = ""] = token.split("/");
    const replaced = replacedAtMs.get(token);
    if (replaced !== undefined && replaced + graceMs < performance.now() && !lost.has(connection)) {
      lost.add(connection);
      count.lost++;
    }
    if (lost.has(connection)) return [400, { error: "invalid_grant", code: "invalid_grant" }];
    count.issued++;
    const place = newest.get(connection) ?? 0;
    replacedAtMs.set(`${connection}/${place}`, performance.now());
    newest.set(connection, place + 1);
    const tokens = {
      access_token: `access-${connection}-${place + 1}`,
      refresh_token: `${connection}/${place + 1}`,
    };
    return [
      200,
      { ...tokens, token_type: "bearer", expires_in: 300, refresh_token_expires_in: 7e6 },
    ];
  }

  async function answer(path: string, body: string): Promise<[status: number, body: unknown]> {
    if (path !== "/oauth/token") return [200, { id: "acct_1", status: "ACTIVE" }];
    count.requests++;
    if (isTooMany()) {
      count.refused++;
      return [429, { code: "too_many_requests", message: "Rate Limit Exceeded." }];
    }
    const answered = refresh(new URLSearchParams(body).get("refresh_token") ?? "");
    await sleep(options.latencyMs);
    return answered;
  }

  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const path = request.url ?? "";
    const askedAtMs = performance.now();
    const [status, body] = await answer(path, Buffer.concat(chunks).toString());
    const isTooLate = response.closed && performance.now() > askedAtMs + 5000;
    if (isTooLate && path === "/oauth/token" && status === 200) count.tooLate++;
    response.writeHead(status, { "content-type": "application/json" });
    response.end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    firstToken: (index) => `connection-${index}/0`,
    count,
    renewed: () => newest.size,
    hasSeen: (token) => replacedAtMs.has(token),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
