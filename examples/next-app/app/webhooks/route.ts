import { fetchHandler } from "airwallex-connect/webhooks";
import { webhooks } from "../../lib/airwallex";

let handle: ((request: Request) => Promise<Response>) | undefined;

export function POST(request: Request): Promise<Response> {
  handle ??= fetchHandler(webhooks(), { onError: console.error });
  return handle(request);
}
