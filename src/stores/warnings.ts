/** What the app would otherwise not learn, as process warnings, which Node prints on stderr. */

const given = new WeakMap<object, Set<string>>();

/** Warns once for each client and topic, however many stores are made of the client. */
export function warnOnce(client: object, topic: string, message: string): void {
  const topics = given.get(client) ?? new Set();
  if (topics.has(topic)) return;
  given.set(client, topics.add(topic));
  process.emitWarning(message, "AirwallexStoreWarning");
}

/** Warns if the client's `error` events have no listener: the next one would end the process. */
export function warnWithoutErrorListener(client: object, name: string): void {
  const { listenerCount } = client as { readonly listenerCount?: (event: string) => unknown };
  if (typeof listenerCount !== "function" || listenerCount.call(client, "error") !== 0) return;
  warnOnce(
    client,
    "error listener",
    `The ${name} has no listener for "error": it emits that when a connection breaks, and without a listener this ends the process. Add \`.on("error", log)\``,
  );
}
