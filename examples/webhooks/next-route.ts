// app/webhooks/route.ts
import { fetchHandler } from "airwallex-connect/webhooks";
import { hooks } from "./hooks.js";

export const runtime = "nodejs";
export const POST = fetchHandler(hooks);
