/**
 * Reference data: a few industries, the currencies that the platform starts with, and weekends.
 *
 * @see https://www.airwallex.com/docs/api/supporting_services/reference_data
 */

import { referenceInvalidConversionDates } from "../../generated/endpoints.js";
import type { IndustryCategories, InvalidConversionDate } from "../../generated/index.js";
import { readQuery } from "../engine/accept.js";
import { dayMs } from "../engine/duration.js";
import type { EndpointKey, HandlersOf } from "../engine/handlers.js";
import { startingCurrencies } from "../money/money-store.js";

type Key = Extract<EndpointKey, `reference${string}`>;

/** How far ahead days without conversion are listed. */
const daysAhead = 30;

export const referenceHandlers: HandlersOf<Key> = {
  referenceIndustryCategories: () => structuredClone(industries),

  referenceSupportedCurrencies: () => ({
    conversion: { buy_currencies: startingCurrencies, sell_currencies: startingCurrencies },
  }),

  async referenceInvalidConversionDates({ world, request }) {
    const { currency_pair } = await readQuery(referenceInvalidConversionDates.query, request.query);
    return { currency_pair, invalid_conversion_dates: weekendsFrom(world.clock.nowMs()) };
  },
};

function weekendsFrom(nowMs: number): readonly InvalidConversionDate[] {
  const days = Array.from({ length: daysAhead }, (_, i) => new Date(nowMs + i * dayMs));
  return days
    .filter((day) => day.getUTCDay() % 6 === 0)
    .map((day) => ({ date: day.toISOString().slice(0, 10), reason: "Weekend" }));
}

const industries: IndustryCategories = [
  {
    type: "LIST",
    name: "Professional services",
    values: [
      { type: "CODE", name: "Accounting and bookkeeping", value: "ICCV3_000000" },
      { type: "CODE", name: "Consulting", value: "ICCV3_000001" },
    ],
  },
  {
    type: "LIST",
    name: "Retail",
    values: [
      { type: "CODE", name: "Building materials", value: "ICCV3_041501" },
      {
        type: "QUESTION",
        question: "Does the business sell alcohol?",
        values: [
          { type: "CODE", name: null, answer: "Yes", value: "ICCV3_041601" },
          { type: "CODE", name: null, answer: "No", value: "ICCV3_041602" },
        ],
      },
    ],
  },
];
