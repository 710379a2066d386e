/** What spec/ says, in the form of the contract. */

import { readNotModelled } from "../generate/not-modelled.js";
import type { Source, SourceMember, SourceNode, SourceOperation } from "../generate/source.js";
import type { Contract, ContractOperation, Limits, Member, Shape } from "./contract.js";

export function contractOfSpec(source: Source): Contract {
  const schemas = [...source.schemas.values()].map(
    ({ name, node, subject }) =>
      [name, { ...shapeOf(node), file: `spec/schemas/${subject}.yaml` }] as const,
  );
  const operations = source.operations.map(
    (operation) =>
      [`${operation.method.toUpperCase()} ${operation.path}`, operationOf(operation)] as const,
  );
  return {
    version: "spec",
    operations: new Map(operations),
    others: new Set(readNotModelled(source).flatMap(({ endpoints }) => endpoints)),
    schemas: new Map(schemas),
  };
}

function operationOf(operation: SourceOperation): ContractOperation {
  const { query, headers, success, oauth, errorCodes, file } = operation;
  const body = bodyOf(operation);
  return {
    ...{ oauth, status: success.status, file: `spec/${file}` },
    query: objectOf(query?.members ?? []),
    headers: objectOf(headers),
    ...(body && { body }),
    ...(success.schema !== undefined && {
      answer: { type: "ref", ref: success.schema, limits: {} } as const,
    }),
    errors: new Map([["", errorCodes]]),
  };
}

function bodyOf({ body, multipart }: SourceOperation): ContractOperation["body"] {
  if (multipart) return { required: true, shape: { type: "multipart", limits: {} } };
  if (body === undefined) return undefined;
  return { required: body.required, shape: { type: "ref", ref: body.schema, limits: {} } };
}

const objectOf = (members: readonly SourceMember[]): Shape =>
  shapeOf({ kind: "object", open: false, members });

function shapeOf(node: SourceNode): Shape {
  switch (node.kind) {
    case "object": {
      const members = node.members.map((member) => [member.name, memberOf(member)] as const);
      return { type: "object", members: new Map(members), limits: {} };
    }
    case "map":
      return { type: "map", of: shapeOf(node.values), limits: limitsOf(node.limits) };
    case "array":
      return { type: "array", of: shapeOf(node.items), limits: limitsOf(node.limits) };
    case "ref":
      return { type: "ref", ref: node.name, limits: {} };
    case "enum":
      return { type: "string", values: node.values, limits: {} };
    case "unknown":
      return { type: "any", limits: {} };
    case "string":
    case "number":
    case "integer":
      return { type: node.kind, limits: limitsOf(node.limits) };
    default:
      return { type: node.kind, limits: {} };
  }
}

function memberOf({ node, required, access, sourced }: SourceMember): Member {
  return { shape: shapeOf(node), required, access, sourced };
}

const limitsOf = (limits: object): Limits => ({ ...limits }) as Limits;
