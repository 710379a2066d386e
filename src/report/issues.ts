/** Explains in plain words why a value does not match a schema, without ever showing the value. */

import type { $ZodIssue } from "zod/v4/core";
import { closest } from "../checks/closest.js";
import { kindOf } from "../checks/values.js";
import type { Issue } from "../errors/index.js";
import { ValidationError } from "../errors/index.js";
import type { Shape } from "../schemas/shape.js";
import { withoutEmail } from "./redact.js";

/** The part of a zod schema that is walked to suggest what was probably meant. */
export interface SchemaNode {
  readonly _zod: {
    readonly def: {
      readonly type?: string;
      readonly shape?: Readonly<Record<string, SchemaNode>>;
      readonly element?: SchemaNode;
      readonly innerType?: SchemaNode;
      /** Of a schema that refers to itself. */
      readonly getter?: () => SchemaNode;
    };
  };
}

type Path = readonly (string | number)[];

/**
 * Throws {@link ValidationError} with every issue and its path. Called only after the predicate has
 * rejected the value, so zod is only ever loaded to explain a rejection.
 */
export async function explainInput(
  operation: string,
  shape: Shape<unknown>,
  value: unknown,
): Promise<void> {
  const issues = await explain(shape, value);
  if (issues.length > 0) throw new ValidationError(operation, issues);
}

/** Why a value does not fit; empty if it fits after all. */
export async function explain(shape: Shape<unknown>, value: unknown): Promise<readonly Issue[]> {
  const schema = await shape.schema();
  const result = schema.safeParse(value);
  if (result.success) return [];
  return toIssues(result.error.issues, value, schema as unknown as SchemaNode);
}

function toIssues(
  issues: readonly $ZodIssue[],
  value: unknown,
  schema: SchemaNode,
): readonly Issue[] {
  const found = issues.flatMap((issue): readonly Issue[] => {
    const path = issue.path.map((part) => (typeof part === "number" ? part : String(part)));
    if (issue.code !== "unrecognized_keys") return [describe(issue, path, value)];
    const known = memberNames(schema, path);
    return issue.keys.map((key) => ({
      path: [...path, key],
      message: "is not a known field",
      ...suggest(key, known),
    }));
  });
  return found.map((issue) => ({ ...issue, path: issue.path.map(shown) }));
}

/** Field names are ours or the API's, but metadata keys can be anything, even an email address. */
export function shown(part: string | number): string | number {
  return typeof part === "number" ? part : withoutEmail(part);
}

function describe(issue: $ZodIssue, path: Path, root: unknown): Issue {
  const value = path.reduce<unknown>((at, part) => (at as never)?.[part], root);
  if (issue.code === "invalid_value") {
    const allowed = issue.values.map(String);
    const given = typeof value === "string" ? suggest(value, allowed) : {};
    const message = value === undefined ? "is missing" : "is not allowed";
    return { path, message: `${message}, expected one of ${allowed.join(", ")}`, ...given };
  }
  return { path, message: `${complaint(issue, value)}, expected ${expectation(issue)}` };
}

/** The patterns of the account model, in words. */
export const patternWords: Readonly<Record<string, string | undefined>> = {
  "/^[A-Z]{2}$/u": "two capital letters such as AU",
  "/^([A-Z]{2}|UNDEFINED)$/u": "two capital letters such as AU, or UNDEFINED",
  "/^[A-Z]{3}$/u": "three capital letters such as USD",
  "/^\\d{4}$/u": "four digits",
  "/^[\\w-]{43}$/u": "43 characters of base64url",
  "/^[^:]+:.+$/u": "a name and a value with a colon between them",
  "/^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}(\\.\\d+)?(Z|[+-]\\d{2}:?\\d{2})$/u":
    "a time such as 2026-08-21T09:30:00Z",
};

const numeric: ReadonlySet<string> = new Set(["number", "int"]);

const tooMuch: Readonly<Record<string, string | undefined>> = {
  string: "is too long",
  array: "has too many items",
};

const tooLittle: Readonly<Record<string, string | undefined>> = {
  string: "is too short",
  array: "has too few items",
};

function complaint(issue: $ZodIssue, value: unknown): string {
  switch (issue.code) {
    case "invalid_type":
      return numeric.has(issue.expected) && typeof value === "number"
        ? "is not a usable number"
        : `is ${kindOf(value)}`;
    case "invalid_union":
      return `is ${kindOf(value)}`;
    case "too_big":
      return tooMuch[issue.origin] ?? "is too large";
    case "too_small":
      return tooLittle[issue.origin] ?? "is too small";
    case "invalid_format":
      return "has the wrong form";
    case "invalid_key":
      return `is a name that ${complaint(issue.issues[0] as $ZodIssue, "")}`;
    default:
      if (issue.message.startsWith("Too many entries")) return "has too many members";
      return value === undefined ? "is missing" : "is not valid";
  }
}

function expectation(issue: $ZodIssue): string {
  switch (issue.code) {
    case "invalid_type":
      return issue.expected === "int" ? "a whole number" : issue.expected;
    case "too_big":
      return `at most ${issue.maximum}${unit(issue.origin)}`;
    case "too_small":
      return `at least ${issue.minimum}${unit(issue.origin)}`;
    case "invalid_key":
      return expectation(issue.issues[0] as $ZodIssue);
    case "invalid_format":
      return issue.format === "date"
        ? "a calendar date as YYYY-MM-DD"
        : (patternWords[String(issue.pattern)] ?? String(issue.pattern));
    case "invalid_union":
      return issue.errors.flatMap(([first]) => (first ? expectation(first) : [])).join(" or ");
    default:
      return issue.message.replace(/^.*expected /, "");
  }
}

function unit(origin: string): string {
  return origin === "string" ? " characters" : "";
}

function memberNames(schema: SchemaNode, path: Path): readonly string[] {
  return Object.keys(nodeAt(schema, path)?._zod.def.shape ?? {});
}

/** What a schema expects at a path; undefined if it knows nothing about it. */
export function nodeAt(schema: SchemaNode, path: Path): SchemaNode | undefined {
  return path.reduce<SchemaNode | undefined>((node, part) => {
    const { shape, element } = node?._zod.def ?? {};
    if (typeof part === "number") return unwrap(element);
    // A name such as `constructor` must not find an inherited member.
    return shape && Object.hasOwn(shape, part) ? unwrap(shape[part]) : undefined;
  }, unwrap(schema));
}

/** Without what wraps it, such as optional. */
export function unwrap(schema: SchemaNode | undefined): SchemaNode | undefined {
  let node = schema;
  while (node) {
    const { innerType, getter } = node._zod.def;
    const inner = innerType ?? getter?.();
    if (!inner) break;
    node = inner;
  }
  return node;
}

function suggest(given: string, known: readonly string[]): { readonly suggestion?: string } {
  const suggestion = closest(given, known);
  return suggestion === undefined ? {} : { suggestion };
}
