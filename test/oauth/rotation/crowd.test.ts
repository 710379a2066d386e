/** Many connections whose tokens expire at the same moment; prints the figures. */

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { titled } from "../../servers.js";
import { atOnce, killCrowd, renewCrowd } from "./crowd.js";
import { type Place, places, stores } from "./process-tools.js";

/** `npm --prefix bench run crowds` measures 5,000. */
const size = 100;
const longestMs = 120_000;

// A sealed store is another store behind a cipher, and costs this one a quarter of its time.
describe.each(stores.filter(([name]) => name !== "sealed"))(
  "a crowd of connections",
  (name, missing) => {
    let place: Place;
    beforeAll(async () => {
      if (missing === undefined) place = await places[name]();
    });
    afterAll(() => place?.close());

    test.skipIf(missing).each([
      { processes: 1, latencyMs: 300, perSecond: undefined },
      { processes: 4, latencyMs: 300, perSecond: undefined },
      { processes: 1, latencyMs: 50, perSecond: 20 },
      { processes: 4, latencyMs: 50, perSecond: 20 },
    ])(
      titled(`is renewed once each over ${name}, and nobody fails: %o`, missing),
      async (given) => {
        const seen = await renewCrowd({ store: name, place, size, ...given });
        console.log(`${name}: ${JSON.stringify({ ...given, ...seen })}`);
        const { answered, errors, renewed, lost } = seen;
        expect({ answered, errors, renewed, lost }).toEqual({
          answered: size * given.processes,
          errors: {},
          renewed: size,
          lost: 0,
        });
        // On a busy machine a request may time out, and is made again.
        expect(seen.issued - seen.tooLate).toBeLessThanOrEqual(size * 1.02);
        // Until the limit is known, as many as a process makes at once may be refused.
        const mostRefused = 0.05 * seen.requests + atOnce * given.processes;
        expect(seen.refused).toBeLessThanOrEqual(mostRefused);
      },
      longestMs,
    );

    test.skipIf(missing)(
      titled(`whose process is killed is in doubt only where it had asked, over ${name}`, missing),
      async () => {
        const given = { store: name, place, size, processes: 1, latencyMs: 1000 };
        const seen = await killCrowd(given, { afterRenewals: size / 4, restartMs: 2000 });
        console.log(`${name}, killed: ${JSON.stringify(seen)}`);
        const { marks, answered, errors, unknown, renewed, lost } = seen;
        expect(marks).toBeGreaterThan(0);
        expect(marks).toBeLessThanOrEqual(atOnce);
        expect(errors).toEqual(unknown === 0 ? {} : { RefreshOutcomeUnknownError: unknown });
        expect(unknown).toBeLessThanOrEqual(marks);
        expect({ lost, all: answered + unknown }).toEqual({ lost: 0, all: size });
        // What is unknown was marked just before it would have been sent, so some of it was not sent.
        expect(renewed).toBeGreaterThanOrEqual(size - unknown);
      },
      longestMs,
    );
  },
);
