/**
 * Deliveries per second: `npm --prefix bench run webhooks`, about a minute. It fails if we handle fewer
 * than the fastest peer, and for comparing the data with the model too, which no peer does, if we handle
 * fewer than four fifths.
 *
 * Each gets the same bytes, as they come from the socket, and the headers of node:http. The loops take
 * turns, and the lowest CPU time of each counts: other load on the machine only ever adds.
 */

import { loadavg } from "node:os";
import { bodies, deliveriesOf, secret } from "./lib/deliveries.mjs";
import { doors } from "./lib/package.mjs";
import { prepare } from "./lib/prepare.mjs";
import { lowest, median } from "./lib/stats.mjs";

const wanted = prepare();
const rounds = wanted.quick ? 15 : 60;
const roundMs = 25;

const ours = await import(doors()["./webhooks"].url);
const { default: Stripe } = await import("stripe");
const { Webhook: Svix } = await import("svix");
const { Webhook: Standard } = await import("standardwebhooks");

const compared = "airwallex-connect constructEvent, its data compared with the model";
const failed = [];
print(`x is deliveries for the same CPU, compared with the fastest peer.`);
print(`Node ${process.versions.node}, load ${loadavg()[0].toFixed(1)} before`);
for (const body of bodies()) {
  const contests = contestsOf(body, deliveriesOf(body));
  for (const [title, contest] of Object.entries(contests)) await hold(title, body.length, contest);
}
print(`\nload ${loadavg()[0].toFixed(1)} after`);
if (failed.length > 0) {
  print(`Slower than the fastest peer: ${failed.join("; ")}`);
  process.exitCode = 1;
}

/** Compares like with like: in each contest, ours does at least what theirs does. */
function contestsOf(body, headers) {
  const { webhooks } = new Stripe("sk_test_bench", { telemetry: false });
  const svix = new Svix(secret);
  const standard = new Standard(secret);
  const driftCheck = ours.createDriftCheck(reject);
  const verify = () => ours.verifySignature(body, headers.airwallex, { secrets: secret });
  const stripeEvent = () =>
    webhooks.constructEvent(body, headers.stripe["stripe-signature"], secret);
  const parsed = {
    "stripe constructEvent": stripeEvent,
    "standardwebhooks verify": () => standard.verify(body, headers.standard),
    "svix verify": () => svix.verify(body, headers.svix),
  };
  return {
    "The signature alone": {
      "airwallex-connect verifySignature": verify,
      "stripe verifyHeader": () =>
        webhooks.signature.verifyHeader(body, headers.stripe["stripe-signature"], secret, 300),
      "standardwebhooks verify without parsing": () =>
        standard.verify(body, headers.standard, { jsonParse: false }) ?? true,
    },
    "The signature and JSON.parse": {
      "airwallex-connect verifySignature, JSON.parse": () => {
        verify();
        return JSON.parse(body.toString());
      },
      ...parsed,
    },
    "From the bytes to an event; ours is typed and normalised": {
      [compared]: () =>
        ours.constructEvent(body, headers.airwallex, {
          secrets: secret,
          driftCheck,
        }),
      "airwallex-connect constructEvent": () =>
        ours.constructEvent(body, headers.airwallex, { secrets: secret }),
      ...parsed,
    },
  };
}

/** A fixture that drifts from the schema would measure how the drift is explained. */
function reject(drift) {
  print(JSON.stringify(drift));
  process.exit(1);
}

async function hold(title, bytes, contest) {
  const samples = new Map(Object.keys(contest).map((name) => [name, []]));
  const turns = [];
  for (const [name, work] of Object.entries(contest)) turns.push([name, work, await warm(work)]);
  for (let round = 0; round < rounds; round++) {
    for (const [name, work, times] of turns) samples.get(name).push(await loop(work, times));
    turns.push(turns.shift());
  }
  report(title, bytes, samples);
}

function report(title, bytes, samples) {
  print(`\n### ${title}, ${(bytes / 1000).toFixed(1)} kB\n`);
  print(
    "| | x | per second and core | CPU µs, lowest | CPU µs |\n| --- | ---: | ---: | ---: | ---: |",
  );
  const peers = [...samples].filter(([name]) => !isOurs(name));
  const fastest = lowest(peers.map(([, taken]) => lowest(taken)));
  for (const [name, taken] of samples) {
    const us = lowest(taken);
    const x = fastest / us;
    const figures = [x.toFixed(2), whole(1e6 / us), us.toFixed(1), median(taken).toFixed(1)];
    print(`| ${name} | ${figures.join(" | ")} |`);
    if (isOurs(name) && x < (name === compared ? 0.8 : 1))
      failed.push(`${title}, ${(bytes / 1000).toFixed(1)} kB`);
  }
}

/** Warms it up, and returns how many calls make up about one round. */
async function warm(work) {
  let us = 0;
  for (let i = 0; i < 20; i++) us = await loop(work, 400);
  return Math.ceil((roundMs * 1000) / us);
}

/** CPU time per call in microseconds. Only promises are awaited. */
async function loop(work, times) {
  const start = process.cpuUsage();
  for (let i = 0; i < times; i++) {
    const answer = work();
    if (!(answer instanceof Promise ? await answer : answer)) throw new Error("Not verified");
  }
  const { user, system } = process.cpuUsage(start);
  return (user + system) / times;
}

function isOurs(name) {
  return name.startsWith("airwallex-connect");
}

function whole(value) {
  return Math.round(value).toLocaleString("en");
}

function print(text) {
  process.stdout.write(`${text}\n`);
}
