/** The parts of a Redis client that are used, and one way to run scripts on either kind. */

import { createHash } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import { isError } from "../../checks/errors.js";

/** The members of an ioredis client or cluster (5 or 6) that are used. */
export interface IoredisClient {
  evalsha(sha: string, keyCount: number, ...rest: string[]): Promise<unknown>;
  eval(script: string, keyCount: number, ...rest: string[]): Promise<unknown>;
  duplicate?(): unknown;
  info?(section: string): Promise<unknown>;
  wait?(replicas: number, timeoutMs: number): Promise<unknown>;
}

/** The members of a node-redis client (4, 5 or 6), pool or cluster (5 or 6) that are used. */
export interface NodeRedisClient {
  evalSha(sha: string, options: ScriptInput): Promise<unknown>;
  eval(script: string, options: ScriptInput): Promise<unknown>;
  duplicate?(): unknown;
  info?(section: string): Promise<unknown>;
  wait?(replicas: number, timeoutMs: number): Promise<unknown>;
}

/** How node-redis takes the keys and arguments of a script. */
export interface ScriptInput {
  keys: string[];
  arguments: string[];
}

/** A client of either kind, single or cluster. */
export type RedisClient = IoredisClient | NodeRedisClient;

export interface Script {
  readonly lua: string;
  readonly sha: string;
}

export function defineScript(lua: string): Script {
  return { lua, sha: createHash("sha1").update(lua).digest("hex") };
}

/**
 * Runs a script by its hash. Sends its source if the server does not know it, and sends it again for a few
 * seconds where a cluster cannot run it yet. In both cases the script has not run.
 */
export async function runScript(
  client: RedisClient,
  { lua, sha }: Script,
  keys: string[],
  args: readonly (string | number)[],
): Promise<unknown> {
  const input = { keys, arguments: args.map(String) };
  const endsAtMs = performance.now() + longestRetryMs;
  let script: { readonly sha: string } | { readonly lua: string } = { sha };
  for (let waitMs = 50; ; ) {
    try {
      return await evaluate(client, script, input);
    } catch (error) {
      const code = isError(error) ? (error.message.split(" ")[0] ?? "") : "";
      // After a restart, a failover or SCRIPT FLUSH.
      if (code === "NOSCRIPT" && "sha" in script) script = { lua };
      else if (!passing.includes(code) || performance.now() + waitMs > endsAtMs) throw error;
      else await wait(waitMs);
      waitMs = Math.min(2 * waitMs, 500);
    }
  }
}

/**
 * What a cluster answers while the keys of a script are on two nodes, because their slot moves, and while
 * it chooses a new master. ioredis waits by itself, node-redis does not.
 */
const passing = ["TRYAGAIN", "CLUSTERDOWN"];
const longestRetryMs = 5000;

export function isNodeRedis(client: RedisClient): client is NodeRedisClient {
  return "evalSha" in client;
}

function evaluate(
  client: RedisClient,
  script: { readonly sha: string } | { readonly lua: string },
  input: ScriptInput,
): Promise<unknown> {
  if (isNodeRedis(client)) {
    return "sha" in script ? client.evalSha(script.sha, input) : client.eval(script.lua, input);
  }
  const rest = [...input.keys, ...input.arguments];
  return "sha" in script
    ? client.evalsha(script.sha, input.keys.length, ...rest)
    : client.eval(script.lua, input.keys.length, ...rest);
}
