import { createServer } from "node:http";
import { nodeHandler } from "airwallex-connect/webhooks";
import { hooks, onError } from "./hooks.js";

const handle = nodeHandler(hooks, { onError });

export const server = createServer((req, res) => {
  if (req.url === "/webhooks") handle(req, res);
  else res.writeHead(404).end();
});
