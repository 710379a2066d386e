/** Requests, each with what differs from the one before it to the same path. */

import type { LoggedRequest } from "../engine/request-log.js";
import { compare } from "./compare.js";
import { formatDuration, formatTime, unpack } from "./format.js";
import {
  accountCell,
  type Cell,
  type Comparison,
  type InspectorTable,
  newest,
  refuseAction,
} from "./inspector-table.js";

export const requestTable: InspectorTable = {
  name: "requests",
  title: "Requests",
  columns: ["Request", "Answer", "For", "Took", "Time"],
  isHiddenWhenEmpty: false,

  rows({ world }, limit) {
    const now = world.clock.now();
    const { requests } = world;
    return newest(requests.entries(), limit, (one, index) => ({
      // A request keeps its key when older ones are dropped.
      key: String(requests.dropped + index),
      copy: one.path + one.query,
      cells: [
        { text: `${one.method} ${one.path}${one.query}` },
        describeAnswer(one),
        accountCell(world, one.onBehalfOf, "soft"),
        { text: formatDuration(one.durationMs), look: "soft" },
        { text: formatTime(one.at, now) },
      ],
    }));
  },

  detail({ world: { requests } }, key) {
    const index = Number(key) - requests.dropped;
    const found = requests.entries()[index];
    return (
      found && {
        title: `${found.method} ${found.path}`,
        data: describe(found),
        actions: [],
        comparisons: compareWithLast(requests.entries(), index),
      }
    );
  },

  act: (_, __, action) => refuseAction(action),
};

function describeAnswer({ status, fault }: LoggedRequest): Cell {
  const text = fault === undefined ? "" : `, fault: ${fault}`;
  const isGood = status !== undefined && status < 400;
  return { text: `${status ?? "none"}${text}`, look: isGood ? "good" : "bad" };
}

function describe({ at, durationMs, ...request }: LoggedRequest): object {
  return { at, took: formatDuration(durationMs), ...request, ...bodiesOf(request) };
}

function bodiesOf({
  requestBody,
  responseBody,
}: Pick<LoggedRequest, "requestBody" | "responseBody">) {
  return { requestBody: unpack(requestBody), responseBody: unpack(responseBody) };
}

/** Such as a retry with what it repeats. */
function compareWithLast(requests: readonly LoggedRequest[], index: number): readonly Comparison[] {
  const one = requests[index];
  const last = requests
    .slice(0, index)
    .findLast(({ method, path }) => method === one?.method && path === one.path);
  if (one === undefined || last === undefined) return [];
  const label = "Compared with the last request to this path";
  return [{ label, changes: compare(outcomeOf(last), outcomeOf(one)) }];
}

/** What may differ besides times. */
function outcomeOf({ query, onBehalfOf, status, fault, ...request }: LoggedRequest): object {
  return { query, onBehalfOf, status, fault, ...bodiesOf(request) };
}
