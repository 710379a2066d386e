/** Builds paths and queries so that an id can never change the path. */

import { kindOf } from "../checks/values.js";
import type { Issue } from "../errors/index.js";
import { ValidationError } from "../errors/index.js";

interface Template {
  /** The literal text around the parameters: one part more than there are names. */
  readonly texts: readonly string[];
  readonly names: readonly string[];
}

const templates = new Map<string, Template>();

/** Fills `{name}` parts with encoded parameters. Rejects empty, `.` and `..`, which would change the path. */
export function fillPath(operation: string, template: string, parameters: object = {}): string {
  if (!template.includes("{")) return template;
  const { texts, names } = templates.get(template) ?? readTemplate(template);
  let path = texts[0] as string;
  for (let i = 0; i < names.length; i++) {
    const name = names[i] as string;
    const value = (parameters as Record<string, unknown>)[name];
    const problem = problemWith(value);
    if (problem) throw new ValidationError(operation, [{ path: [name], message: problem }]);
    path += encodeURIComponent(value as string) + texts[i + 1];
  }
  return path;
}

function readTemplate(template: string): Template {
  const parts = template.split(/\{(\w+)\}/);
  const read = {
    texts: parts.filter((_, i) => i % 2 === 0),
    names: parts.filter((_, i) => i % 2 === 1),
  };
  templates.set(template, read);
  return read;
}

function problemWith(value: unknown): string | undefined {
  if (typeof value !== "string") return `is ${kindOf(value)}, expected a string`;
  if (value === "") return "is empty, expected an id";
  if (value === "." || value === "..") return `is "${value}", expected an id`;
  if (!value.isWellFormed()) return "has a broken surrogate pair, expected an id";
  return undefined;
}

/** `?a=b&c=d`, or the empty string. Lists are joined with commas, but for those whose values are repeated. */
export function buildQuery(
  operation: string,
  query: object = {},
  repeated: readonly string[] = [],
): string {
  const parameters = new URLSearchParams();
  const issues: Issue[] = [];
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined || value === null) continue;
    const parts: readonly unknown[] = Array.isArray(value) ? value : [value];
    if (parts.some((part) => typeof part === "object" || typeof part === "function")) {
      issues.push({
        path: [name],
        message: `is ${kindOf(value)}, expected a plain value or a list`,
      });
    } else if (repeated.includes(name)) {
      for (const part of parts) parameters.append(name, String(part));
    } else parameters.append(name, parts.join(","));
  }
  if (issues.length > 0) throw new ValidationError(operation, issues);
  const text = parameters.toString();
  return text === "" ? "" : `?${text}`;
}
