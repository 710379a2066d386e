/** Why a signal was aborted, as an error. */

/**
 * The reason of a signal, if it is an error, also one of another realm. Otherwise an AbortError: some
 * signals have no reason, and `catch (error)` must find an error.
 */
export function abortReason(reason: unknown): Error {
  if (isError(reason)) return reason;
  const error = new Error("The call was aborted", reason === undefined ? {} : { cause: reason });
  return Object.assign(error, { name: "AbortError", code: "ABORT_ERR" });
}

function isError(value: unknown): value is Error {
  if (typeof value !== "object" || value === null) return false;
  const { name, message } = value as Partial<Error>;
  return typeof name === "string" && typeof message === "string";
}
