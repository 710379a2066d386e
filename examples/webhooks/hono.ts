import { fetchHandler } from "airwallex-connect/webhooks";
import { Hono } from "hono";
import { hooks } from "./hooks.js";

export const app = new Hono();
const handle = fetchHandler(hooks);

app.post("/webhooks", (context) => handle(context.req.raw));
