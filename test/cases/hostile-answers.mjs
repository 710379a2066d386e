/** A sick or hostile server ends a call with one of our errors, in time, and never the process. */
// right: 37 answers to a read: 37 ended in time with an error of ours or the account
// right: 37 answers to a create: 37 ended in time, none claims that nothing was done
// right: polluted: false
import { createServer } from "node:net";
import zlib from "node:zlib";
import { createClient, isAirwallexError } from "airwallex-connect";
import { seller } from "./lib.mjs";

const whole = (body, headers = "") =>
  `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n${headers}\r\n${body}`;
const head = (headers) => `HTTP/1.1 200 OK\r\n${headers.join("\r\n")}\r\n\r\n`;
const gzipped = (body) =>
  Buffer.concat([
    Buffer.from(head(["content-encoding: gzip", `content-length: ${body.length}`])),
    body,
  ]);
const nested = `{"id":"a","account_details":${'{"a":'.repeat(1e5)}1${"}".repeat(1e5)}}`;
/** Sends so many MB, as fast as they are read. */
function flood(socket, megabytes) {
  const piece = Buffer.alloc(2 ** 20, 97);
  let left = megabytes;
  const more = () => {
    while (left > 0 && !socket.destroyed) {
      left--;
      if (!socket.write(piece)) return socket.once("drain", more);
    }
  };
  more();
}
const failed = (body) => whole(body).replace("200 OK", "500 Oops");
const account = whole('{"id":"acct_1","status":"CREATED"}');
const answers = {
  "20,000 headers": (s) =>
    s.write(
      head([
        ...Array.from({ length: 20_000 }, (_, i) => `x-h${i}: ${"y".repeat(40)}`),
        "content-length: 2",
      ]),
    ),
  "a header of 10 MB": (s) => s.write(head([`x-a: ${"y".repeat(1e7)}`, "content-length: 2"])),
  "103 for ever": (s) => {
    const timer = setInterval(
      () => (s.destroyed ? clearInterval(timer) : s.write("HTTP/1.1 102 Processing\r\n\r\n")),
      5,
    );
  },
  "10,000 early hints, then the answer": (s) =>
    s.write("HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n".repeat(10_000) + account),
  "another protocol": (s) =>
    s.write("HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n"),
  "cut JSON": (s) => s.write(whole('{"id":"acct_1","status":')),
  "too short": (s) => s.end("HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n{}"),
  stalled: (s) => s.write("HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n{}"),
  "too long": (s) => s.write("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}GARBAGE"),
  "negative length": (s) => s.write("HTTP/1.1 200 OK\r\ncontent-length: -5\r\n\r\n{}"),
  "two lengths": (s) =>
    s.write("HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 9\r\n\r\n{}"),
  "bad chunks": (s) =>
    s.write("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nZZZ\r\n{}\r\n"),
  "a chunk of 2^68 bytes": (s) =>
    s.write(`HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n${"F".repeat(17)}\r\n{}\r\n`),
  "a length and chunks": (s) =>
    s.write(
      "HTTP/1.1 200 OK\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
    ),
  "closed in the middle": (s) => s.end('HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n{"id":"acct'),
  "no head": (s) => s.end("hello"),
  "not HTTP": (s) => s.write("SSH-2.0-OpenSSH_9\r\n"),
  silent: () => undefined,
  reset: (s) => s.resetAndDestroy(),
  "gzip of 300 MB": (s) => s.write(gzipped(zlib.gzipSync(Buffer.alloc(300e6)))),
  "gzip of JSON with 200 MB of spaces": (s) =>
    s.write(gzipped(zlib.gzipSync(Buffer.concat([Buffer.from("{"), Buffer.alloc(200e6, 32)])))),
  "600 MB": (s) => {
    s.write(head([`content-length: ${600 * 2 ** 20}`]));
    flood(s, 600);
  },
  "600 MB of an error": (s) => {
    s.write(head([`content-length: ${600 * 2 ** 20}`]).replace("200 OK", "500 Oops"));
    flood(s, 600);
  },
  "cut gzip": (s) => s.write(gzipped(zlib.gzipSync('{"id":"a"}').subarray(0, 12))),
  endless: (s) => {
    s.write("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n");
    const chunk = Buffer.concat([
      Buffer.from("100000\r\n"),
      Buffer.alloc(0x100000, 97),
      Buffer.from("\r\n"),
    ]);
    const more = () => {
      while (!s.destroyed && s.write(chunk));
    };
    s.on("drain", more);
    more();
  },
  "array nested 100,000": (s) => s.write(whole("[".repeat(1e5) + "]".repeat(1e5))),
  "object nested 100,000": (s) => s.write(whole(nested)),
  "a message of 20 MB": (s) => {
    const body = JSON.stringify({ code: "x", message: "a@".repeat(1e7) });
    s.write(failed(body));
  },
  "details nested 100,000": (s) =>
    s.write(failed(`{"code":"x","message":"m","details":${nested}}`)),
  "200,000 details": (s) => {
    const details = Array.from({ length: 2e5 }, (_, i) => ({ source: `f${i}`, message: "bad" }));
    s.write(failed(JSON.stringify({ code: "x", message: "m", details })));
  },
  "two answers": (s) => s.write(account + account),
  __proto__: (s) => s.write(whole('{"id":"a","status":"CREATED","__proto__":{"polluted":1}}')),
  "a loop of redirects": (s) =>
    s.write("HTTP/1.1 302 F\r\nlocation: /\r\ncontent-length: 0\r\n\r\n"),
  "retry after 400 digits": (s) =>
    s.write(`HTTP/1.1 503 X\r\nretry-after: ${"9".repeat(400)}\r\ncontent-length: 0\r\n\r\n`),
  "status 000": (s) => s.write("HTTP/1.1 000 X\r\ncontent-length: 2\r\n\r\n{}"),
  "bytes that are no UTF-8": (s) => {
    s.write("HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\n");
    s.write(Buffer.from([0xff, 0xfe, 0x7b, 0x7d]));
  },
  "status 999": (s) => s.write("HTTP/1.1 999 X\r\ncontent-length: 2\r\n\r\n{}"),
  "a byte-order mark": (s) => s.write(whole("\ufeff" + '{"id":"a","status":"CREATED"}')),
};
const timeoutMs = 3000;
/** Parsing and decompressing on a busy machine may take a while. */
const latestMs = timeoutMs + 30_000;

async function call(answer, operation) {
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    let text = "";
    socket.on("data", (data) => {
      text += data.toString("latin1");
      const end = text.indexOf("\r\n\r\n");
      const length = Number(/content-length: (\d+)/i.exec(text)?.[1] ?? 0);
      if (end < 0 || text.length < end + 4 + length) return;
      const isLogin = text.includes("/authentication/login");
      text = "";
      if (isLogin) socket.write(whole('{"token":"t"}'));
      else answer(socket);
    });
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const baseUrl = `http://127.0.0.1:${server.address().port}`;
  const key = { environment: "sandbox", clientId: "c", apiKey: "k", baseUrl, timeoutMs };
  const client = createClient(key);
  const start = performance.now();
  const work =
    operation === "read" ? client.accounts.retrieve("acct_1") : client.accounts.create(seller);
  const [{ value, reason }] = await Promise.allSettled([work]);
  const late = performance.now() - start > latestMs;
  server.close();
  return { late, value, reason };
}

const all = Object.entries(answers);
for (const operation of ["read", "create"]) {
  let right = 0;
  for (const [name, answer] of all) {
    const { late, value, reason } = await call(answer, operation);
    const ours = value?.id !== undefined || isAirwallexError(reason);
    const fits = operation === "read" ? ours : ours && reason?.outcome !== "not_done";
    if (fits && !late) right++;
    else
      console.log(
        `${operation}, ${name}: ${late ? "late" : `${reason?.name} ${reason?.code} ${reason?.outcome}`}`,
      );
  }
  const what =
    operation === "read"
      ? " with an error of ours or the account"
      : ", none claims that nothing was done";
  console.log(`${all.length} answers to a ${operation}: ${right} ended in time${what}`);
}
console.log(`polluted: ${"polluted" in {}}`);
process.exit(0);
