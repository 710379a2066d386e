/** A store that comes back without its data, and one that was told to delete: only the first is written again. */

import {
  defaultOAuthClientId as clientId,
  defaultOAuthClientSecret as clientSecret,
  startEmulator,
} from "airwallex-connect/emulator";
import { Redis } from "ioredis";
import { Pool } from "pg";
import { describe, expect, onTestFinished, test } from "vitest";
import { createClient } from "../../src/index.js";
import { postgresMissing, redisMissing, titled } from "../servers.js";
import { places } from "./rotation/process-tools.js";

const redirectUri = "http://127.0.0.1:3000/callback";
const scope = "account_details:read";

const databases = [
  [
    "redis",
    redisMissing,
    async (url: string) => {
      const redis = new Redis(url);
      await redis.flushall();
      redis.disconnect();
    },
  ],
  [
    "postgres",
    postgresMissing,
    async (connectionString: string) => {
      const pool = new Pool({ connectionString });
      await pool.query("truncate airwallex_records");
      await pool.end();
    },
  ],
] as const;

describe.each(databases)("a %s that has lost its records", (name, missing, wipe) => {
  /** A customer who is connected, and another client of the same store. */
  async function connect() {
    const [place, emulator] = await Promise.all([places[name](), startEmulator()]);
    onTestFinished(async () => {
      await emulator.close();
      await place.close();
    });
    let onAnswer = async (): Promise<void> => undefined;
    const { store } = place;
    const oauth = { clientId, clientSecret, redirectUri, scopes: [scope], store };
    const at = { environment: "sandbox", baseUrl: emulator.url } as const;
    const client = createClient({
      ...{ ...at, oauth },
      async fetch(url, init) {
        const answer = await fetch(url, init);
        if (String(url).endsWith("/oauth/token")) await onAnswer();
        return answer;
      },
    });
    const url = new URL(await client.oauth.authorizationUrl({ session: "s" }));
    const state = url.searchParams.get("state") ?? "";
    const back = emulator.oauth.consent({ redirectUri, scope, state });
    const { id } = (await client.oauth.handleCallback(back, { session: "s" })).connection;
    return {
      ...{ client, id, emulator, other: createClient({ ...at, oauth }) },
      wipe: () => wipe(place.where),
      wipeDuringRefresh() {
        onAnswer = async () => {
          onAnswer = async () => undefined;
          await wipe(place.where);
        };
      },
    };
  }

  test.skipIf(missing)(titled("is given back the pair that a process holds", missing), async () => {
    const { client, id, other, wipe } = await connect();
    await wipe();
    await client.oauth.refresh(id);
    expect(await other.oauth.retrieve(id)).toMatchObject({ status: "connected" });
    await other.oauth.connection(id).accounts.current();
  });

  test.skipIf(missing)(
    titled("is given back the pair that was issued meanwhile", missing),
    async () => {
      const { client, id, other, emulator, wipeDuringRefresh } = await connect();
      wipeDuringRefresh();
      await client.oauth.refresh(id);
      emulator.clock.advance("2m");
      await client.oauth.refresh(id);
      await other.oauth.connection(id).accounts.current();
      expect(emulator.oauth.connections).toMatchObject([{ status: "CONNECTED" }]);
    },
  );

  test.skipIf(missing)(titled("is told from one that was told to delete", missing), async () => {
    const { client, id, other } = await connect();
    await other.oauth.delete(id);
    await expect(client.oauth.refresh(id)).rejects.toMatchObject({ code: "connection_missing" });
    expect(await other.oauth.retrieve(id)).toBeUndefined();
  });
});
