import { fetchHandler } from "airwallex-connect/webhooks";
import { Hono } from "hono";
import { hooks, onError } from "./hooks.js";

export const app = new Hono();
const handle = fetchHandler(hooks, { onError });

app.post("/webhooks", (context) => handle(context.req.raw));
