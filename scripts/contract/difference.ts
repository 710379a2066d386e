/** What two contracts say differently, and how many of their facts were compared. */

export type Kind =
  | "operation"
  | "status"
  | "oauth"
  | "body"
  | "error code"
  | "missing"
  | "surplus"
  | "type"
  | "value"
  | "required"
  | "limit"
  | "readOnly";

export interface Difference {
  readonly kind: Kind;
  /** `POST /api/v1/accounts/create request metadata`. */
  readonly at: string;
  /** The same fact where the second contract states it: `Account.metadata`. */
  readonly member: string;
  /** What the first contract says. */
  readonly expected: string;
  /** What the second one says. */
  readonly found: string;
  /** The file of the second contract that states it. */
  readonly file: string;
}

export const topics = [
  "operations",
  "statuses",
  "fields",
  "enum values",
  "query parameters",
  "error codes",
] as const;

export type Topic = (typeof topics)[number];

export interface Findings {
  readonly differences: readonly Difference[];
  /** How many facts of the first contract were looked for in the second. */
  readonly counts: Readonly<Record<Topic, number>>;
  add(difference: Difference): void;
  count(topic: Topic, facts?: number): void;
}

export function createFindings(): Findings {
  const differences = new Map<string, Difference>();
  const counts = {
    ...{ operations: 0, statuses: 0, fields: 0 },
    ...{ "enum values": 0, "query parameters": 0, "error codes": 0 },
  };
  return {
    get differences() {
      return [...differences.values()];
    },
    counts,
    // The same fact of the same schema is one difference, however many operations lead there.
    add(difference) {
      const { kind, member, expected, found } = difference;
      const key = [kind, member, expected, found].join("\n");
      if (!differences.has(key)) differences.set(key, difference);
    },
    count(topic, facts = 1) {
      counts[topic] += facts;
    },
  };
}
