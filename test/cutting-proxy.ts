/**
 * A TCP proxy that cuts the connections of marked requests: real sockets that end, not answers that say so. A
 * request's headers say who it is and where to cut it; each request is cut once.
 */

import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** Where a connection ends. */
export type CutPoint = "before the request" | "in the request" | "after the work" | "in the answer";

export const cutPoints: readonly CutPoint[] = [
  "before the request",
  "in the request",
  "after the work",
  "in the answer",
];

export interface CuttingProxy {
  readonly url: string;
  /** How many cuts were made, by place. */
  readonly cuts: Readonly<Record<CutPoint, number>>;
  close(): Promise<void>;
}

/** Marks a request, so that its first passage through the proxy is cut. */
export function marked(id: string, point: CutPoint): Readonly<Record<string, string>> {
  return { "x-test-id": id, "x-test-cut": point };
}

export async function startCuttingProxy(upstreamUrl: string): Promise<CuttingProxy> {
  const { hostname, port } = new URL(upstreamUrl);
  const cuts = Object.fromEntries(cutPoints.map((point) => [point, 0])) as Record<CutPoint, number>;
  const seen = new Set<string>();
  const open = new Set<Socket>();

  /**
   * Where to cut the message, or undefined to let it pass. Only a first passage is cut, and never a look-up.
   */
  function cutOf(head: string): CutPoint | undefined {
    const id = /^x-test-id: (.*)$/im.exec(head)?.[1]?.trim();
    const point = cutPoints.find((one) => head.includes(`x-test-cut: ${one}`));
    if (id === undefined || point === undefined || seen.has(id)) return undefined;
    seen.add(id);
    cuts[point] += 1;
    return point;
  }

  const server = createServer(async (client) => {
    open.add(client);
    client.on("close", () => open.delete(client));
    const upstream = connect(Number(port), hostname);
    open.add(upstream);
    upstream.on("close", () => open.delete(upstream));
    const end = (): void => {
      client.destroy();
      upstream.destroy();
    };
    client.on("error", end).on("close", end);
    upstream.on("error", end).on("close", end);
    try {
      const [requests, answers] = [messagesOf(client), messagesOf(upstream)];
      for await (const request of requests) {
        const point = cutOf(request.head);
        if (point === "before the request") return end();
        if (point === "in the request") {
          // What has been written arrives before the end does.
          upstream.end(firstPart(request));
          return client.destroy();
        }
        upstream.write(request.bytes);
        const { value: answer } = await answers.next();
        if (answer === undefined || point === "after the work") return end();
        if (point === "in the answer") {
          client.write(firstPart(answer), () => client.resetAndDestroy());
          return;
        }
        client.write(answer.bytes);
      }
    } catch {
      end();
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cuts,
    async close() {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

interface Message {
  readonly head: string;
  readonly bytes: Buffer;
  readonly headLength: number;
}

/** The head and half of the body. */
function firstPart({ bytes, headLength }: Message): Buffer {
  return bytes.subarray(0, headLength + Math.floor((bytes.length - headLength) / 2));
}

/** The requests or answers of one connection, each complete, by their content-length. */
async function* messagesOf(socket: Socket): AsyncGenerator<Message, undefined> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of socket as AsyncIterable<Buffer>) {
    rest = Buffer.concat([rest, chunk]);
    for (let message = takeMessage(rest); message; message = takeMessage(rest)) {
      rest = rest.subarray(message.bytes.length);
      yield message;
    }
  }
}

function takeMessage(bytes: Buffer): Message | undefined {
  const end = bytes.indexOf("\r\n\r\n");
  if (end < 0) return undefined;
  const head = bytes.subarray(0, end).toString("latin1");
  const headLength = end + 4;
  const length = headLength + Number(/^content-length: (\d+)/im.exec(head)?.[1] ?? 0);
  return bytes.length < length
    ? undefined
    : { head, headLength, bytes: Buffer.from(bytes.subarray(0, length)) };
}
