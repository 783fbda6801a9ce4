import type { Span } from './xray-daemon.ts';

/** What OpenTelemetry's exporter posts as JSON, as far as it is read here. */
export interface ExportedTraces {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly Attribute[] };
    readonly scopeSpans: readonly { readonly spans: readonly ExportedSpan[] }[];
  }[];
}

interface Attribute {
  readonly key: string;
  readonly value: Value;
}

interface Value {
  readonly stringValue?: string;
  readonly intValue?: number;
  readonly arrayValue?: { readonly values: readonly Value[] };
}

interface ExportedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: number;
  readonly attributes: readonly Attribute[];
  readonly events?: readonly { readonly name: string; readonly attributes: readonly Attribute[] }[];
  readonly status: { readonly code?: number };
}

const SERVER = 2;
const ERROR = 2;

/**
 * The segments that the collector's X-Ray exporter makes of spans.
 *
 * @source opentelemetry-collector-contrib, exporter/awsxrayexporter/internal/translator: segment.go, aws.go, http.go, cause.go
 */
export function spansOfExport({ resourceSpans }: ExportedTraces): Span[] {
  return resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const service = byName(resource.attributes)['service.name'];
    return scopeSpans.flatMap(({ spans }) => spans.map((span) => segmentOf(span, String(service))));
  });
}

function segmentOf(span: ExportedSpan, service: string): Span {
  const facts = byName(span.attributes);
  const isServer = span.kind === SERVER;
  const annotated = (facts['aws.xray.annotations'] ?? []) as readonly string[];
  const status = facts['http.status_code'] as number | undefined;
  const failed = span.status.code === ERROR;
  const exceptions = (span.events ?? []).map(({ attributes }) => ({ type: byName(attributes)['exception.type'] }));
  const aws = {
    ...(facts['rpc.method'] !== undefined && { operation: facts['rpc.method'] as string }),
    ...(facts['aws.table_name'] !== undefined && { table_name: facts['aws.table_name'] as string }),
  };
  return {
    id: span.spanId,
    traceId: `1-${span.traceId.slice(0, 8)}-${span.traceId.slice(8)}`,
    parentId: span.parentSpanId,
    type: isServer ? 'segment' : 'subsegment',
    name: isServer ? service : ((facts['rpc.service'] as string | undefined) ?? span.name),
    ...(!isServer && { namespace: facts['rpc.system'] === 'aws-api' ? 'aws' : 'remote' }),
    aws,
    ...(status !== undefined && { http: { response: { status } } }),
    annotations: Object.fromEntries(annotated.map((name) => [name, facts[name]])),
    fault: status === undefined || status < 400 ? failed : status >= 500,
    error: status !== undefined && status >= 400 && status < 500,
    cause: { exceptions: exceptions as { type?: string }[] },
  };
}

function byName(attributes: readonly Attribute[]): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, jsonOf(value)]));
}

function jsonOf({ stringValue, intValue, arrayValue }: Value): unknown {
  return stringValue ?? intValue ?? arrayValue?.values.map(jsonOf);
}
