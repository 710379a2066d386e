/** An answer that nobody asked for is never given to the next call. */
// right: in one piece: one two three
// right: a little later: one two three
import { createServer } from "node:net";
import { createClient } from "airwallex-connect";
import { ended, sleep } from "./lib.mjs";

const answer = (body) => {
  const text = JSON.stringify(body);
  return `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${text.length}\r\n\r\n${text}`;
};
for (const name of ["in one piece", "a little later"]) {
  let count = 0;
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.on("data", (data) => {
      if (String(data).includes("login")) return socket.write(answer({ token: "t" }));
      const right = answer({ id: /accounts\/(\w+)/.exec(String(data))[1] });
      const stray = answer({ id: "stray" });
      const isFirst = count++ === 0;
      socket.write(isFirst && name === "in one piece" ? right + stray : right);
      if (isFirst && name !== "in one piece") setTimeout(() => socket.write(stray), 30);
    });
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const baseUrl = `http://127.0.0.1:${server.address().port}`;
  const options = { environment: "sandbox", clientId: "c", apiKey: "k", baseUrl, maxSockets: 1 };
  const client = createClient({ ...options, timeoutMs: 20_000 });
  const ids = [];
  for (const id of ["one", "two", "three"]) {
    ids.push(await ended(client.accounts.retrieve(id), (account) => account.id));
    if (id === "two") await sleep(60);
  }
  console.log(`${name}: ${ids.join(" ")}`);
  await client.close();
  server.close();
}
