import { respondToDelivery } from "airwallex-connect/webhooks";
import { hooks, onError } from "./hooks.js";

/** What the events of a function URL, an API Gateway (REST or HTTP) and a load balancer share. */
interface LambdaEvent {
  readonly headers?: Readonly<Record<string, string | undefined>> | null;
  /** A REST API sends these as well; a load balancer sends them instead if its target group says so. */
  readonly multiValueHeaders?: Readonly<Record<string, string[] | undefined>> | null;
  readonly body?: string | null;
  readonly isBase64Encoded: boolean;
}

export async function handler(event: LambdaEvent) {
  // Prefer these: `headers` holds only the last value of a repeated header.
  const headers = event.multiValueHeaders ?? event.headers ?? {};
  const rawBody = Buffer.from(event.body ?? "", event.isBase64Encoded ? "base64" : "utf8");
  const { status, ...answer } = await respondToDelivery(hooks, { rawBody, headers }, { onError });
  return { statusCode: status, ...answer };
}
