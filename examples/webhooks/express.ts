import { nodeHandler } from "airwallex-connect/webhooks";
import express from "express";
import { hooks, onError } from "./hooks.js";

export const app = express();

// Before express.json(): the signature covers the raw bytes, which a parser discards.
app.post("/webhooks", nodeHandler(hooks, { onError }));
app.use(express.json());
