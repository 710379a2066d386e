/**
 * Questions about errors. They do not ask by `instanceof`: Jest and `node:vm` run an app in a realm of its own,
 * and the errors of Node's own modules, such as those of a socket, are of another.
 */

/** Whether it is an error, of whatever realm. */
export function isError(value: unknown): value is Error {
  if (value instanceof Error) return true;
  const tag = Object.prototype.toString.call(value);
  if (tag !== "[object Error]" && tag !== "[object DOMException]") return false;
  return typeof (value as Error).message === "string";
}

/** The errors that one error stands for, such as those of all addresses of a host; of most, none. */
export function errorsIn(error: Error): readonly unknown[] | undefined {
  const { errors } = error as { readonly errors?: unknown };
  const isSeveral = error instanceof AggregateError || error.name === "AggregateError";
  return isSeveral && Array.isArray(errors) ? errors : undefined;
}

/** Deeper than any error that explains something; a chain of causes can be a circle. */
export const mostCauses = 10;

/** The error and its causes, from the outside in. */
export function* causesOf(error: unknown): Generator<Error> {
  let at = error;
  for (let depth = 0; depth < mostCauses && isError(at); depth++) {
    yield at;
    at = at.cause;
  }
}

/** What an error says, to be part of a message of ours. */
export function reasonIn(error: unknown): string {
  return isError(error) ? error.message : "the reason is not known";
}
