/** Explains why a value does not fit a shape of the account model. */

import type { Issue } from "../errors/index.js";
import { ValidationError } from "../errors/index.js";
import type { Shape } from "../schemas/shape.js";
import { type SchemaNode, toIssues } from "./issues.js";

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
