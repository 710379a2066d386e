/** The same event as each sender would sign it: Airwallex, Stripe, and the two that share a standard. */

import { createHmac } from "node:crypto";
import { readFileSync } from "node:fs";

const account = JSON.parse(
  readFileSync(new URL("../fixtures/account.json", import.meta.url), "utf8"),
);

/** Written as Svix writes secrets; to the others it is a string like any other. */
export const secret = `whsec_${Buffer.from("a secret of thirty-two bytes too").toString("base64")}`;

/** Event bodies: about 1 kB with a bare account, about 10 kB with one that has many people. */
export function bodies() {
  const { account_details: details, ...bare } = account;
  const people = details.business_person_details;
  const many = { ...details, business_person_details: [...people, ...people, ...people] };
  return [bare, { ...account, account_details: many }].map((data) => Buffer.from(eventOf(data)));
}

function eventOf(data) {
  return JSON.stringify({
    id: "evt_HkU2yWJXQ2WkFnBq5j1CXg",
    name: "account.active",
    account_id: data.id,
    created_at: "2026-09-01T08:00:00+0000",
    version: "2026-08-21",
    data,
  });
}

/** Headers in lower case, as node:http has them, along with those of any request. */
export function deliveriesOf(body) {
  const now = Date.now();
  const common = {
    host: "shop.example",
    "user-agent": "bench",
    "content-type": "application/json",
    "content-length": String(body.length),
    accept: "*/*",
  };
  const seconds = String(Math.floor(now / 1000));
  const key = Buffer.from(secret.slice("whsec_".length), "base64");
  const standard = `v1,${hmac(key, `msg_1.${seconds}.`, body).toString("base64")}`;
  return {
    airwallex: {
      ...common,
      "x-timestamp": String(now),
      "x-signature": hmac(secret, String(now), body).toString("hex"),
    },
    stripe: {
      ...common,
      "stripe-signature": `t=${seconds},v1=${hmac(secret, `${seconds}.`, body).toString("hex")}`,
    },
    svix: {
      ...common,
      "svix-id": "msg_1",
      "svix-timestamp": seconds,
      "svix-signature": standard,
    },
    standard: {
      ...common,
      "webhook-id": "msg_1",
      "webhook-timestamp": seconds,
      "webhook-signature": standard,
    },
  };
}

function hmac(key, prefix, body) {
  return createHmac("sha256", key).update(prefix).update(body).digest();
}
