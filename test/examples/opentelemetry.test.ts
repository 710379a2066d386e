/** The observer of examples/opentelemetry.ts, with OpenTelemetry's own SDK and in-memory exporters. */

import { context, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from "@opentelemetry/sdk-trace-base";
import { createClient } from "airwallex-connect";
import { createEmulator, type Emulator } from "airwallex-connect/emulator";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openTelemetryObserver } from "../../examples/opentelemetry.js";

const manager = new AsyncLocalStorageContextManager().enable();
beforeAll(() => {
  context.setGlobalContextManager(manager);
});
afterAll(() => context.disable());

function observe(emulator: Emulator) {
  const spans = new InMemorySpanExporter();
  const traces = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spans)] });
  const metrics = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter: metrics });
  const meters = new MeterProvider({ readers: [reader] });
  const tracer = traces.getTracer("test");
  const observer = openTelemetryObserver({
    tracer,
    meter: meters.getMeter("test"),
    serverAddress: "api.example",
  });
  const client = createClient({ ...emulator.clientOptions, observer });
  const points = async () => {
    await reader.forceFlush();
    const all = metrics.getMetrics().flatMap(({ scopeMetrics }) => scopeMetrics);
    return all.flatMap((scope) => scope.metrics);
  };
  return { client, tracer, spans: () => spans.getFinishedSpans(), points };
}

test("openTelemetryObserver() makes a client span for each attempt, below the active span", async () => {
  const emulator = createEmulator();
  const { client, tracer, spans } = observe(emulator);
  emulator.faults.next("accounts.list", { status: 429, headers: { "retry-after": "0" } });

  const parent = tracer.startSpan("job");
  await context.with(trace.setSpan(context.active(), parent), () => client.accounts.list());
  parent.end();

  const calls = spans().filter(({ kind }) => kind === SpanKind.CLIENT);
  expect(calls.map(({ attributes }) => attributes["airwallex.operation"])).toEqual([
    "authentication.login",
    "accounts.list",
    "accounts.list",
  ]);
  const [, refused, answered] = calls;
  expect(refused).toMatchObject({
    name: "GET",
    status: { code: SpanStatusCode.ERROR },
    attributes: {
      "http.request.method": "GET",
      "server.address": "api.example",
      "url.path": "/api/v1/accounts",
      "http.response.status_code": 429,
      "error.type": "429",
    },
  });
  expect(answered?.attributes).toMatchObject({
    "http.response.status_code": 200,
    "http.request.resend_count": 1,
  });
  expect(answered?.status.code).toBe(SpanStatusCode.UNSET);
  for (const { parentSpanContext } of [refused, answered].filter((span) => span !== undefined)) {
    expect(parentSpanContext?.spanId).toBe(parent.spanContext().spanId);
  }
});

test("openTelemetryObserver() measures durations in seconds, and names what failed", async () => {
  const emulator = createEmulator();
  const { client, points, spans } = observe(emulator);
  await client.accounts.list();
  emulator.faults.next("accounts.list", { cut: "before" });
  await expect(client.accounts.list({}, { maxRetries: 0 })).rejects.toThrow();

  const [metric] = await points();
  expect(metric?.descriptor).toMatchObject({ name: "http.client.request.duration", unit: "s" });
  const lists = (metric?.dataPoints ?? []).filter(
    ({ attributes }) => attributes["airwallex.operation"] === "accounts.list",
  );
  expect(lists.map(({ attributes }) => attributes["http.response.status_code"])).toEqual([
    200,
    undefined,
  ]);
  expect(lists[0]?.value).toMatchObject({ count: 1 });
  expect(lists[1]?.attributes["error.type"]).toEqual(spans().at(-1)?.attributes["error.type"]);
  expect(lists[1]?.attributes["error.type"]).toMatch(/\w/);
});
