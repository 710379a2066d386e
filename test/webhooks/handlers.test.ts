import { inspect } from "node:util";
import { WebhookHandlerError } from "airwallex-connect";
import {
  constructEvent,
  createWebhooks,
  type Inbox,
  respondToDelivery,
} from "airwallex-connect/webhooks";
import { describe, expect, it } from "vitest";
import { envelope, listenToWarnings, secret, signed } from "./deliveries.js";

const event = (members: object = {}) => {
  const body = envelope(members);
  return constructEvent(body, signed(body), { secrets: secret });
};

/** Remembers ids in a set: as much of an inbox as the handlers need. */
function setInbox(): Inbox<string> {
  const done = new Set<string>();
  return {
    async run(id, work) {
      if (done.has(id)) return "duplicate";
      await work(`context of ${id}`);
      done.add(id);
      return "handled";
    },
  };
}

describe("createWebhooks()", () => {
  it("runs the handlers of an event in order, one after another", async () => {
    const calls: string[] = [];
    const hooks = createWebhooks({ secrets: secret })
      .on("account.submitted", async () => {
        await new Promise((resolve) => setTimeout(resolve, 20));
        calls.push("first");
      })
      .on("account.submitted", () => calls.push("second"))
      .on("account.active", () => calls.push("not this"))
      .onUnmodelled(() => calls.push("nor this"));
    expect(await hooks.handle(await event())).toBe("handled");
    expect(calls).toEqual(["first", "second"]);
  });

  it("passes unmodelled names to onUnmodelled(), and ignores modelled ones without a handler", async () => {
    const warnings = listenToWarnings();
    const calls: string[] = [];
    const hooks = createWebhooks({ secrets: secret })
      .onUnmodelled(({ name }) => calls.push(name))
      .on("account.submitted", ({ name }) => calls.push(name));
    expect(await hooks.handle(await event({ name: "card.activated" }))).toBe("handled");
    expect(await hooks.handle(await event({ name: "toString" }))).toBe("handled");
    expect(await hooks.handle(await event({ name: "account.active" }))).toBe("ignored");
    expect(calls).toEqual(["card.activated", "toString"]);
    expect(await warnings()).toHaveLength(1);
  });

  it("passes every event to onAny(), in the order of registration", async () => {
    const calls: string[] = [];
    const hooks = createWebhooks({ secrets: secret })
      .onAny(({ name }) => calls.push(`first ${name}`))
      .on("account.active", () => calls.push("the named one"))
      .onUnmodelled(() => calls.push("the unmodelled one"))
      .onAny(({ id }) => calls.push(`last ${id}`));
    for (const name of ["account.active", "rfi.closed", "card.activated"]) {
      expect(await hooks.handle(await event({ name, id: name.slice(0, 3) }))).toBe("handled");
    }
    expect(calls).toEqual([
      ...["first account.active", "the named one", "last acc"],
      ...["first rfi.closed", "last rfi"],
      ...["first card.activated", "the unmodelled one", "last car"],
    ]);
  });

  it("says once by name, in a warning, and in every answer what no handler took", async () => {
    const warnings = listenToWarnings();
    const hooks = createWebhooks({ secrets: secret }).on("account.submitted", () => undefined);
    const respond = async (name: string) => {
      const rawBody = envelope({ name });
      return (await respondToDelivery(hooks, { rawBody, headers: signed(rawBody) })).body;
    };
    expect(await respond("account.submitted")).toBe("handled");
    expect(await respond("account.active")).toBe("ignored: no handler for account.active");
    expect(await respond("account.active")).toBe("ignored: no handler for account.active");
    expect(await respond("a name\nof two lines")).toBe(
      "ignored: no handler for a name\\u{a}of two lines",
    );
    expect(await warnings()).toEqual([
      'AirwallexWebhookWarning: The event "account.active" was ignored: no handler takes it; add on("account.active") or onAny(), or unsubscribe from it',
      'AirwallexWebhookWarning: The event "a name\\u{a}of two lines" was ignored: no handler takes it; add on("a name\\u{a}of two lines") or onAny(), or unsubscribe from it',
    ]);
  });

  it("warns once about unmodelled names in JavaScript, and says which was probably meant", async () => {
    const warnings = listenToWarnings();
    const hooks = createWebhooks({ secrets: secret })
      .on("account.submitted", () => undefined)
      // @ts-expect-error: a typo
      .on("account.activ", () => undefined)
      // @ts-expect-error: not modelled
      .on("card.activated", () => undefined);
    await hooks.handle(await event());
    await hooks.handle(await event());
    expect(await warnings()).toEqual([
      'AirwallexWebhookWarning: There is a handler for "account.activ", which is not a modelled event; did you mean "account.active"',
      'AirwallexWebhookWarning: There is a handler for "card.activated", which is not a modelled event; use onUnmodelled() or onAny() for other events',
    ]);
  });

  it("runs all handlers even if one fails, and collects what they threw", async () => {
    const calls: string[] = [];
    const [first, third] = [new Error("first"), "third"];
    const hooks = createWebhooks({ secrets: secret })
      .on("account.submitted", () => Promise.reject(first))
      .on("account.submitted", () => calls.push("second"))
      .on("account.submitted", () => {
        throw third;
      });
    const error = await hooks.handle(await event()).catch((caught: unknown) => caught);
    if (!(error instanceof WebhookHandlerError)) throw error;
    expect(error).toMatchObject({ eventId: "evt_1", eventName: "account.submitted" });
    expect(error.errors).toEqual([first, third]);
    expect(calls).toEqual(["second"]);
    expect(JSON.parse(JSON.stringify(error))).toEqual({
      name: "WebhookHandlerError",
      message: "Cannot handle the event account.submitted evt_1: 2 handlers failed",
      code: "webhook_handler_failed",
      eventId: "evt_1",
      eventName: "account.submitted",
      errors: [{ name: "Error", message: "first" }, "third"],
    });
    expect(inspect(error)).toContain("Error: first\n");
  });

  it("shows no character of a name or an id that steers a terminal, and not all of a long one", async () => {
    const hooks = createWebhooks({ secrets: secret }).onAny(() => Promise.reject(new Error("x")));
    const name = `a\u001b[2J\u009b\u202eb${"c".repeat(100)}`;
    const error = await hooks
      .handle({ ...(await event()), id: "e\n1", name } as never)
      .catch(String);
    const message = `Cannot handle the event a\\u{1b}[2J\\u{9b}\\u{202e}b${"c".repeat(92)} e\\u{a}1: a handler failed`;
    expect(error).toBe(`WebhookHandlerError: ${message}`);
  });

  it("runs once per event with an inbox, and again if a handler failed", async () => {
    let runs = 0;
    const hooks = createWebhooks({ secrets: secret, inbox: setInbox() }).on(
      "account.submitted",
      (_, { context }) => {
        runs += 1;
        expect(context).toBe("context of evt_1");
        if (runs === 1) throw new Error("the database is away");
      },
    );
    await expect(hooks.handle(await event())).rejects.toThrow(WebhookHandlerError);
    expect(await hooks.handle(await event())).toBe("handled");
    expect(await hooks.handle(await event())).toBe("duplicate");
    expect(runs).toBe(2);
  });

  it("claims nothing for an event without a handler", async () => {
    const inbox: Inbox = { run: () => Promise.reject(new Error("was asked")) };
    const hooks = createWebhooks({ secrets: secret, inbox }).on("account.active", () => undefined);
    expect(await hooks.handle(await event())).toBe("ignored");
  });

  it("checks its options at once", () => {
    expect(() => createWebhooks({ secrets: "" })).toThrow(TypeError);
    expect(() => createWebhooks({ secrets: secret, toleranceMs: 0 })).toThrow(RangeError);
    expect(() =>
      createWebhooks({ secrets: secret }).on("account.active", undefined as never),
    ).toThrow(TypeError);
  });

  it("verifies with its secrets and window", async () => {
    const body = envelope();
    const receivedAtMs = Date.now() + 600_000;
    const narrow = createWebhooks({ secrets: ["other", secret] });
    await expect(narrow.constructEvent(body, signed(body), { receivedAtMs })).rejects.toMatchObject(
      {
        code: "webhook_timestamp_stale",
      },
    );
    const wide = createWebhooks({ secrets: secret, toleranceMs: 700_000 });
    expect((await wide.constructEvent(body, signed(body), { receivedAtMs })).id).toBe("evt_1");
  });
});
