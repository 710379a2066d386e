/** A server that receives webhooks and knows nothing of this package. */

import { createHmac } from "node:crypto";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { onTestFinished } from "vitest";

export interface Arrival {
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests reach into events of every shape
  readonly event: any;
}

export interface Receiver {
  readonly url: string;
  readonly arrivals: readonly Arrival[];
  /** The number of open connections. */
  readonly open: number;
}

/** Answers deliveries with these statuses in turn, then with 200; 0 means no answer at all. */
export async function startReceiver(...statuses: readonly number[]): Promise<Receiver> {
  const left = [...statuses];
  const arrivals: Arrival[] = [];
  const sockets = new Set<Socket>();
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const text = Buffer.concat(chunks).toString();
    arrivals.push({ headers: request.headers, text, event: JSON.parse(text) });
    const status = left.shift() ?? 200;
    if (status !== 0) response.writeHead(status, { location: "/elsewhere" }).end("noted");
  });
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks`,
    arrivals,
    get open() {
      return sockets.size;
    },
  };
}

/** The documented signature, computed without this package. */
export function signatureOf({ headers, text }: Arrival, secret: string): string {
  const message = `${headers["x-timestamp"]}${text}`;
  return createHmac("sha256", secret).update(message, "utf8").digest("hex");
}
