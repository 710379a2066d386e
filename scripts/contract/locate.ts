/** Finds where spec/ describes a field of an operation. */

import { wire } from "./compare.js";
import type { Contract, ContractOperation, Shape } from "./contract.js";

/**
 * @param at such as `POST /api/v1/accounts/create request account_details.store_details`
 * @returns the nearest schema and its file, or the file of the operation.
 */
export function locate(spec: Contract, at: string): string {
  const [, name = at, part, path = ""] = /^(\S+ \S+)(?: (\w+))?(?: (.*))?$/.exec(at) ?? [];
  const operation = [...spec.operations].find(([other]) => wire(other) === wire(name))?.[1];
  if (operation === undefined) return "spec/openapi.yaml";
  let file = operation.file ?? "";
  let schema = "";
  let shape = partOf(operation, part);
  const steps = path.split(/\.|(?=\[\])|(?=\{\})/).filter(Boolean);
  for (let rest = steps; shape !== undefined; ) {
    if (shape.ref !== undefined) {
      schema = shape.ref;
      shape = spec.schemas.get(schema);
      file = shape?.file ?? file;
      continue;
    }
    const [step, ...others] = rest;
    if (step === undefined) break;
    shape = step === "[]" || step === "{}" ? shape.of : shape.members?.get(step)?.shape;
    rest = others;
  }
  return schema === "" ? file : `${schema} in ${file}`;
}

function partOf(operation: ContractOperation, part: string | undefined): Shape | undefined {
  switch (part) {
    case "query":
      return operation.query;
    case "header":
      return operation.headers;
    case "request":
      return operation.body?.shape;
    case "answer":
      return operation.answer;
    default:
      return undefined;
  }
}

/** One place within an operation for each schema that the contract refers to. */
export function placesOf(contract: Contract): ReadonlyMap<string, string> {
  const places = new Map<string, string>();
  const visit = (shape: Shape, part: string, path: string): void => {
    if (shape.ref !== undefined) {
      if (places.has(shape.ref)) return;
      places.set(shape.ref, path === "" ? part : `${part} ${path}`);
      const target = contract.schemas.get(shape.ref);
      if (target !== undefined) visit(target, part, path);
    }
    if (shape.of !== undefined)
      visit(shape.of, part, `${path}${shape.type === "array" ? "[]" : "{}"}`);
    for (const [name, member] of shape.members ?? []) {
      visit(member.shape, part, path === "" ? name : `${path}.${name}`);
    }
  };
  for (const [name, { body, answer }] of contract.operations) {
    if (body !== undefined) visit(body.shape, `${name} request`, "");
    if (answer !== undefined) visit(answer, `${name} answer`, "");
  }
  return places;
}
