/**
 * What nobody is told otherwise becomes a warning of the process, on stderr unless the app listens. It
 * holds nothing of a delivery.
 */
export function warn(message: string): void {
  process.emitWarning(message, "AirwallexWebhookWarning");
}
