/**
 * Reads one operation. What its method takes is the schema `<Resource><Method>Params`, made of its query
 * or its body. Where the client sends more than it is given, what goes out is a schema of its own,
 * `<Resource><Method>Request`: it has the `request_id` that the client makes up, or, with
 * `x-params: by-hand`, whatever the method in src/resources/ adds.
 */

import { expandMember, expandNode, expandObject, type NameOf } from "./expand-node.js";
import type { Member, Node, ObjectNode, Operation, Schema } from "./model.js";
import { paramsName, requestName } from "./names.js";
import type { Source, SourceOperation } from "./source.js";

interface Expanded {
  readonly operation: Operation;
  /** The schemas of its query or body. */
  readonly schemas: readonly Schema[];
}

export function expandOperation(
  source: SourceOperation,
  { schemas }: Source,
  nameOf: NameOf,
): Expanded {
  const { id, query, body, success, params, retry } = source;
  const written = body && schemas.get(body.schema);
  const sent = query
    ? neverNull(expandObject(query, "request", nameOf))
    : written && expandNode(written.node, "request", nameOf);
  const taken = sent && retry === "request_id" ? withoutRequestId(sent) : sent;
  const wire = params === "by-hand" || taken !== sent ? requestName(id) : paramsName(id);
  const operation: Operation = {
    source,
    pathParameters: source.pathParameters.map((member) => expandMember(member, "request", nameOf)),
    ...(taken && params === "generated" && { params: paramsName(id) }),
    ...(query && {
      query: { schema: wire, required: query.members.some((member) => member.required) },
    }),
    ...(body && { body: { ...body, schema: wire } }),
    ...(success.schema && { response: nameOf(success.schema, "response") }),
  };
  const description = written?.description ?? `Query parameters of \`${id}\`.`;
  const { subject, where } = written ?? source;
  const docs = { description, pii: false, observed: false };
  const common = { docs, subject, where, direction: "request" } as const;
  const own = operation.params === wire ? undefined : operation.params;
  return {
    operation,
    schemas: [
      ...(sent ? [{ ...common, name: wire, node: sent }] : []),
      ...(taken && own ? [{ ...common, name: own, node: taken }] : []),
    ],
  };
}

/** A null among filters is a mistake: `page: last.page_after` would begin again behind the last page. */
function neverNull(node: ObjectNode): ObjectNode {
  return { ...node, members: node.members.map((one) => ({ ...one, nullLeftOut: false })) };
}

/** The client makes up a `request_id` where the caller gives none. */
function withoutRequestId(node: Node): Node {
  const isId = ({ name, optional }: Member) => name === "request_id" && !optional;
  if (node.kind !== "object" || !node.members.some(isId)) return node;
  const members = node.members.map((member) =>
    isId(member)
      ? { ...member, optional: true, docs: { ...member.docs, description: requestIdText } }
      : member,
  );
  return { ...node, members };
}

const requestIdText =
  "Default: a new UUID for each call. Give your own to be able to repeat a call whose outcome is unknown, even from another process: the work is then done only once.";
