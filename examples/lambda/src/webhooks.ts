/** Receives webhooks, behind a function URL, an API Gateway or a load balancer. */

import { createWebhooks, respondToDelivery } from "airwallex-connect/webhooks";

const hooks = createWebhooks({ secrets: process.env["AIRWALLEX_WEBHOOK_SECRET"] ?? "" }).on(
  "account.active",
  ({ accountId }) => console.log(accountId, "can be paid"),
);

interface LambdaEvent {
  readonly headers?: Readonly<Record<string, string | undefined>> | null;
  readonly multiValueHeaders?: Readonly<Record<string, string[] | undefined>> | null;
  readonly body?: string | null;
  readonly isBase64Encoded: boolean;
}

export async function handler(event: LambdaEvent) {
  const headers = event.multiValueHeaders ?? event.headers ?? {};
  const rawBody = Buffer.from(event.body ?? "", event.isBase64Encoded ? "base64" : "utf8");
  const { status, ...answer } = await respondToDelivery(
    hooks,
    { rawBody, headers },
    { onError: console.error },
  );
  return { statusCode: status, ...answer };
}
