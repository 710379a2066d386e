import { nodeHandler } from "airwallex-connect/webhooks";
import express from "express";
import { hooks, onError } from "./hooks.js";

export const app = express();

// Before express.json(): what is signed are the bytes, and a parser keeps none of them.
app.post("/webhooks", nodeHandler(hooks, { onError }));
app.use(express.json());
