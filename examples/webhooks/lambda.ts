import { respond } from "airwallex-connect/webhooks";
import { hooks } from "./hooks.js";

/** What is needed of the event of an API Gateway or a function URL. */
interface LambdaEvent {
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body?: string | null;
  readonly isBase64Encoded: boolean;
}

export async function handler({ headers, body, isBase64Encoded }: LambdaEvent) {
  const rawBody = Buffer.from(body ?? "", isBase64Encoded ? "base64" : "utf8");
  const { status, ...answer } = await respond(hooks, { rawBody, headers });
  return { statusCode: status, ...answer };
}
