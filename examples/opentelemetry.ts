/**
 * An observer that tells OpenTelemetry about every request, with the names of its HTTP conventions:
 * https://opentelemetry.io/docs/specs/semconv/http/. docs/observability.md shows how to use it.
 */

import {
  type Attributes,
  type Meter,
  SpanKind,
  SpanStatusCode,
  type Tracer,
} from "@opentelemetry/api";
import type { AttemptEvent, Observer } from "airwallex-connect";

export interface OpenTelemetryOptions {
  readonly tracer: Tracer;
  readonly meter: Meter;
  /** Host of the API, such as `api.sandbox.airwallex.com`. */
  readonly serverAddress: string;
}

/** Upper bounds of the histogram in seconds, those of the conventions. */
const bounds = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

export function openTelemetryObserver(options: OpenTelemetryOptions): Observer {
  const { tracer, meter, serverAddress } = options;
  const durations = meter.createHistogram("http.client.request.duration", {
    description: "Duration of HTTP client requests.",
    unit: "s",
    advice: { explicitBucketBoundaries: bounds },
  });
  return {
    onAttempt(event) {
      const common = commonAttributes(event, serverAddress);
      durations.record(event.durationMs / 1000, common);
      // Told after the fact, within the call: the span that is active there becomes its parent.
      const span = tracer.startSpan(event.method, {
        kind: SpanKind.CLIENT,
        startTime: event.startedAtMs,
        attributes: { ...common, ...spanAttributes(event) },
      });
      if ("error.type" in common) span.setStatus({ code: SpanStatusCode.ERROR });
      span.end(event.startedAtMs + event.durationMs);
    },
  };
}

/** Of spans and measurements: few different values. */
function commonAttributes(event: AttemptEvent, serverAddress: string): Attributes {
  const { method, operation, status } = event;
  const error = errorType(event);
  return {
    "http.request.method": method,
    "server.address": serverAddress,
    "airwallex.operation": operation,
    ...(status === undefined ? {} : { "http.response.status_code": status }),
    ...(error === undefined ? {} : { "error.type": error }),
  };
}

/** Of spans only: the path has ids in it. */
function spanAttributes({ path, attempt, requestId }: AttemptEvent): Attributes {
  return {
    "url.path": path,
    ...(attempt > 1 ? { "http.request.resend_count": attempt - 1 } : {}),
    ...(requestId === undefined ? {} : { "airwallex.request_id": requestId }),
  };
}

function errorType({ status, failure, failedWhile }: AttemptEvent): string | undefined {
  if (status === undefined) return failure ?? failedWhile ?? "_OTHER";
  return status >= 400 ? String(status) : undefined;
}
