// app/webhooks/route.ts
import { fetchHandler } from "airwallex-connect/webhooks";
import { hooks, onError } from "./hooks.js";

export const runtime = "nodejs";
export const POST = fetchHandler(hooks, { onError });
