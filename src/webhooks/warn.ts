/**
 * Emits what the app would otherwise not learn as a process warning, which Node prints on stderr. It
 * contains nothing from a delivery but the name of its event.
 */
export function warn(message: string): void {
  process.emitWarning(message, "AirwallexWebhookWarning");
}
