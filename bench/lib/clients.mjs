/**
 * The contestants. Each is used as its own documentation shows, with its defaults, and is loaded only
 * in the process that measures it.
 *
 * @typedef {{ get(): Promise<any>, post(): Promise<any> }} Contestant
 */

import { readFileSync } from "node:fs";
import { doors } from "./package.mjs";

const id = "acct_QmVuY2hGaXh0dXJlQWNjdA";
const update = JSON.parse(readFileSync(new URL("../fixtures/update.json", import.meta.url)));
const getPath = `/api/v1/accounts/${id}`;
const postPath = `/api/v1/accounts/${id}/update`;
const loginPath = "/api/v1/authentication/login";
const json = { "content-type": "application/json" };

/** Ours has this many by default, and a pool without a limit does worse. */
const connections = 50;

/**
 * In the order of the tables; the others are compared with the first.
 *
 * @type {Record<string, (origin: string, options?: object) => Promise<Contestant>>}
 */
export const contestants = {
  /** What one would write by hand. */
  async "undici.request"(origin) {
    const { Pool } = await import("undici");
    const pool = new Pool(origin, { connections });
    return byHand(async (path, method, headers, body) => {
      const answer = await pool.request({ path, method, headers, body });
      return JSON.parse(await answer.body.text());
    });
  },

  /** The least that undici can do: no streams, no abort, no errors worth reading. */
  async "undici.dispatch"(origin) {
    const { Pool } = await import("undici");
    const pool = new Pool(origin, { connections });
    return byHand(
      (path, method, headers, body) =>
        new Promise((resolve, reject) => {
          pool.dispatch({ path, method, headers, body }, new Collect(resolve, reject));
        }),
    );
  },

  async "airwallex-connect"(origin, options) {
    const { createClient } = await import(doors()["."].url);
    const client = createClient({
      environment: "sandbox",
      clientId: "bench-client",
      apiKey: "bench-key",
      baseUrl: origin,
      ...options,
    });
    return {
      get: () => client.accounts.retrieve(id),
      post: () => client.accounts.update(id, update),
    };
  },

  /** Its core; only paths of its second version are sent as JSON. */
  async stripe(origin) {
    const { default: Stripe } = await import("stripe");
    const { hostname: host, port } = new URL(origin);
    const client = new Stripe("sk_test_bench", { host, port, protocol: "http", telemetry: false });
    return {
      get: () => client.rawRequest("GET", `/v2/core/accounts/${id}`),
      post: () => client.rawRequest("POST", `/v2/core/accounts/${id}`, update),
    };
  },

  /** Node's own. */
  async fetch(origin) {
    return byHand(async (path, method, headers, body) => {
      const answer = await fetch(origin + path, { method, headers, body });
      return answer.json();
    });
  },

  async axios(origin) {
    const { default: axios } = await import("axios");
    const { data } = await axios.post(origin + loginPath);
    const headers = { authorization: `Bearer ${data.token}` };
    const client = axios.create({ baseURL: origin, headers });
    return {
      get: async () => (await client.get(getPath)).data,
      post: async () => (await client.post(postPath, update)).data,
    };
  },

  /** The vendor's SDK. Its host is fixed, so its getter is replaced; telemetry would double its cost. */
  async "@airwallex/node-sdk"(origin) {
    const { Airwallex } = await import("@airwallex/node-sdk");
    class Local extends Airwallex {
      get basePath() {
        return origin;
      }
    }
    const options = { clientId: "bench-client", apiKey: "bench-key", enableTelemetry: false };
    const { accounts } = new Local(options).scale;
    return {
      get: () => accounts.getAccountByOpenId(id),
      post: () => accounts.updateAccount(id, update),
    };
  },

  /** Its core, on our paths. */
  async openai(origin) {
    const { default: OpenAI } = await import("openai");
    const client = new OpenAI({ apiKey: "bench-key", baseURL: origin });
    return {
      get: () => client.get(getPath),
      post: () => client.post(postPath, { body: update }),
    };
  },
};

/** Login, token header and bodies for clients that can only send. */
async function byHand(send) {
  const { token } = await send(loginPath, "POST");
  const headers = { authorization: `Bearer ${token}` };
  return {
    get: () => send(getPath, "GET", headers),
    post: () => send(postPath, "POST", { ...headers, ...json }, JSON.stringify(update)),
  };
}

/** Joins the chunks of one response and parses it. */
class Collect {
  #chunks = [];
  #resolve;

  constructor(resolve, reject) {
    this.#resolve = resolve;
    this.onResponseError = (_controller, error) => reject(error);
  }

  onRequestStart() {}

  onResponseStart() {}

  onResponseData(_controller, chunk) {
    this.#chunks.push(chunk);
  }

  onResponseEnd() {
    const [first, ...more] = this.#chunks;
    const body = more.length === 0 ? first : Buffer.concat(this.#chunks);
    this.#resolve(JSON.parse(body.toString()));
  }
}
