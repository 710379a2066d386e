/** The parts of a Redis client that are used, and one way to run scripts on either kind. */

import { createHash } from "node:crypto";

/** The members of an ioredis client or cluster (5 or 6) that are used. */
export interface IoredisClient {
  evalsha(sha: string, keyCount: number, ...rest: string[]): Promise<unknown>;
  eval(script: string, keyCount: number, ...rest: string[]): Promise<unknown>;
  duplicate?(): unknown;
}

/** The members of a node-redis client (4, 5 or 6), pool or cluster (5 or 6) that are used. */
export interface NodeRedisClient {
  evalSha(sha: string, options: ScriptInput): Promise<unknown>;
  eval(script: string, options: ScriptInput): Promise<unknown>;
  duplicate?(): unknown;
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

/** Runs a script by its hash, and sends its source only if the server does not know it yet. */
export async function runScript(
  client: RedisClient,
  { lua, sha }: Script,
  keys: string[],
  args: readonly (string | number)[],
): Promise<unknown> {
  const input = { keys, arguments: args.map(String) };
  try {
    return await evaluate(client, { sha }, input);
  } catch (error) {
    // NOSCRIPT comes after a restart, a failover or SCRIPT FLUSH. The script has not run, so resend it.
    if (!(error instanceof Error && error.message.startsWith("NOSCRIPT")))
      throw withoutCommand(error);
  }
  return evaluate(client, { lua }, input).catch((error: unknown) => {
    throw withoutCommand(error);
  });
}

/** Removes the command that ioredis attaches to its errors: a log would show the tokens in its arguments. */
function withoutCommand(error: unknown): unknown {
  if (error instanceof Error) Reflect.deleteProperty(error, "command");
  return error;
}

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
