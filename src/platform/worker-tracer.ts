import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  type Attributes,
  type Context,
  context,
  defaultTextMapSetter,
  propagation,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  type SpanOptions,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { AWSXRAY_TRACE_ID_HEADER, AWSXRayPropagator } from '@opentelemetry/propagator-aws-xray';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { AlwaysOffSampler, BatchSpanProcessor, ParentBasedSampler, TracerProvider } from '@opentelemetry/sdk-trace';
import { traceAnnotations } from './trace-annotations.ts';

const SERVICE = 'nfse-ledger-worker';
const EXPORT_EVERY_MS = 1_000;
const EXPORT_TIMEOUT_MS = 2_000;

const tracer = trace.getTracer(SERVICE);

/**
 * Sends the worker's traces to a collector. Until this is called, and where there is no collector, OpenTelemetry's API does nothing.
 *
 * @returns what to call before the process ends, for the spans that are not sent yet; it takes two seconds at most and never fails
 */
export function startTracing(collectorUrl: string | undefined): () => Promise<void> {
  if (collectorUrl === undefined) return async () => undefined;
  const exporter = new OTLPTraceExporter({ url: `${collectorUrl}/v1/traces`, timeoutMillis: EXPORT_TIMEOUT_MS });
  const provider = new TracerProvider({
    resource: resourceFromAttributes({
      'service.name': SERVICE,
      'cloud.provider': 'aws',
      'cloud.platform': 'aws_ecs',
    }),
    // The API decides which requests are traced. A message without a trace begins none.
    sampler: new ParentBasedSampler({ root: new AlwaysOffSampler() }),
    spanProcessors: [new BatchSpanProcessor({ exporter, scheduledDelayMillis: EXPORT_EVERY_MS })],
  });
  context.setGlobalContextManager(new AsyncLocalStorageContextManager());
  propagation.setGlobalPropagator(new AWSXRayPropagator());
  trace.setGlobalTracerProvider(provider);
  return () => provider.forceFlush({ timeoutMillis: EXPORT_TIMEOUT_MS }).catch(() => undefined);
}

/**
 * Runs the handling of a message as a segment of the trace that its request began.
 *
 * @param carried the trace as the queue has it or, where the queue lost it, the message itself
 */
export function inMessageSegment<T>(
  work: { readonly invoiceId: string; readonly companyCnpj?: string | undefined; readonly operation: string },
  carried: string | undefined,
  run: () => Promise<T>,
): Promise<T> {
  const annotations = { ...traceAnnotations(work), operation: work.operation };
  const attributes = { ...annotations, 'aws.xray.annotations': Object.keys(annotations) };
  const parent = propagation.extract(ROOT_CONTEXT, carried ? { [AWSXRAY_TRACE_ID_HEADER]: carried } : {});
  // X-Ray makes a segment of a span of this kind, and a subsegment of one of any other.
  return inSpan(SERVICE, { kind: SpanKind.SERVER, attributes }, parent, run);
}

/**
 * Makes each call of an AWS client a part of the message's trace: operation, table, status, and nothing that was written or read. The
 * instrumentation that OpenTelemetry has for the SDK replaces modules while Node loads them, and the worker is one file.
 */
export function traced<Client extends { readonly middlewareStack: unknown }>(client: Client): Client {
  // Every client has this stack, typed by its own operations.
  const { middlewareStack } = client as unknown as Pick<DynamoDBClient, 'middlewareStack'>;
  middlewareStack.add(
    (next, { clientName = '', commandName = '' }) =>
      (args) => {
        if (!trace.getActiveSpan()?.isRecording()) return next(args);
        const service = clientName.replace(/Client$/, '');
        const { TableName } = args.input as { TableName?: string };
        const attributes: Attributes = {
          'rpc.system': 'aws-api',
          'rpc.service': service,
          'rpc.method': commandName.replace(/Command$/, ''),
          ...(TableName !== undefined && { 'aws.table_name': TableName }),
        };
        return inSpan(service, { kind: SpanKind.CLIENT, attributes }, context.active(), async (span) => {
          propagation.inject(context.active(), (args.request as { headers: object }).headers, defaultTextMapSetter);
          try {
            const result = await next(args);
            noteAnswer(span, result.output.$metadata);
            return result;
          } catch (error) {
            noteAnswer(span, (error as { $metadata?: Answer }).$metadata);
            throw error;
          }
        });
      },
    { step: 'build', name: 'spanOfCall', override: true },
  );
  return client;
}

interface Transport<Request, Response> {
  (request: Request): Promise<Response>;
  close(): void;
}

/**
 * Makes calls to an authority visible in the trace: host, method, status and time. Not the path, in which numbers of documents stand;
 * and the trace's id never goes to an authority.
 */
export function tracedTransport<
  Request extends { readonly method: string },
  Response extends { readonly status: number },
>(baseUrl: string, transport: Transport<Request, Response>): Transport<Request, Response> {
  const host = new URL(baseUrl).hostname;
  const send = (request: Request) => {
    const options = { kind: SpanKind.CLIENT, attributes: { 'http.method': request.method } };
    return inSpan(host, options, context.active(), async (span) => {
      const response = await transport(request);
      noteAnswer(span, { httpStatusCode: response.status });
      return response;
    });
  };
  return Object.assign(send, { close: () => transport.close() });
}

function inSpan<T>(name: string, options: SpanOptions, parent: Context, run: (span: Span) => Promise<T>): Promise<T> {
  return tracer.startActiveSpan(name, options, parent, async (span) => {
    try {
      return await run(span);
    } catch (error) {
      // Not its message, which may quote what the call was about, and so a person.
      span.recordException({ name: error instanceof Error ? error.name : typeof error });
      span.setStatus({ code: SpanStatusCode.ERROR });
      throw error;
    } finally {
      span.end();
    }
  });
}

interface Answer {
  readonly httpStatusCode?: number | undefined;
  readonly requestId?: string | undefined;
}

function noteAnswer(span: Span, { httpStatusCode, requestId }: Answer = {}): void {
  if (httpStatusCode !== undefined) span.setAttribute('http.status_code', httpStatusCode);
  if (requestId !== undefined) span.setAttribute('aws.request_id', requestId);
}
