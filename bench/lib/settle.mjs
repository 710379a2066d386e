/** Measures again what a busy machine may have spoilt. */

import { say } from "./prepare.mjs";

const attempts = 3;

/**
 * Measures once, or again where the result is not as it should be, twice at most: what else runs on a machine
 * only ever makes it worse.
 *
 * @template {object} T
 * @param {string} what
 * @param {() => Promise<T>} measure
 * @param {(measured: T) => boolean} isAsItShouldBe
 * @returns {Promise<T & { attempt: number }>} the last result, and how often it was measured
 */
export async function settle(what, measure, isAsItShouldBe) {
  for (let attempt = 1; ; attempt++) {
    say(`Measuring ${what}`);
    const measured = { ...(await measure()), attempt };
    if (isAsItShouldBe(measured) || attempt === attempts) return measured;
    say(`Not as it should be, the machine may have been busy: ${JSON.stringify(measured)}`);
  }
}
