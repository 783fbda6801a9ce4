import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type ExportedTraces, spansOfExport } from './exported-spans.ts';

/** A segment or subsegment as X-Ray is told of it, with where it hangs written out. */
export interface Span {
  readonly id: string;
  readonly name: string;
  readonly traceId: string;
  readonly parentId: string | undefined;
  readonly type: string;
  readonly namespace?: string;
  readonly aws?: { readonly operation?: string; readonly table_name?: string };
  readonly http?: { readonly response?: { readonly status?: number } };
  readonly annotations?: Readonly<Record<string, unknown>>;
  readonly fault?: boolean;
  readonly error?: boolean;
  readonly cause?: { readonly exceptions?: readonly { readonly type?: string }[] };
}

interface Document extends Omit<Span, 'traceId' | 'parentId' | 'type'> {
  readonly trace_id?: string;
  readonly parent_id?: string;
  readonly type?: string;
  readonly subsegments?: readonly Document[];
}

export interface StandInDaemon {
  /** `host:port`, as `AWS_XRAY_DAEMON_ADDRESS` has it. */
  readonly address: string;
  /** Where a collector of OpenTelemetry's protocol listens, as `OTEL_EXPORTER_OTLP_ENDPOINT` has it. */
  readonly collectorUrl: string;
  /** What came of one trace, or of all. */
  spans(traceId?: string): readonly Span[];
  /** Every datagram and every export as it came. */
  readonly received: readonly string[];
  stop(): void;
}

/** Listens where the X-Ray daemon of the functions and the collector of the worker would. */
export async function standInDaemon(): Promise<StandInDaemon> {
  const datagrams: string[] = [];
  const socket: Socket = createSocket('udp4').bind(0, '127.0.0.1');
  socket.on('message', (datagram) => datagrams.push(datagram.toString('utf8')));
  await once(socket, 'listening');
  const exports: string[] = [];
  const collector = createServer(async (request, response) => {
    const body = Buffer.concat(await Array.fromAsync(request)).toString('utf8');
    if (request.method === 'POST' && request.url === '/v1/traces') exports.push(body);
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  }).listen(0, '127.0.0.1');
  await once(collector, 'listening');
  return {
    address: `127.0.0.1:${(socket.address() as AddressInfo).port}`,
    collectorUrl: `http://127.0.0.1:${(collector.address() as AddressInfo).port}`,
    get received() {
      return [...datagrams, ...exports];
    },
    spans: (traceId) =>
      [
        ...datagrams.flatMap((text) => {
          const [header = '', document = ''] = text.split('\n');
          if (JSON.parse(header).format !== 'json') throw new Error(`Not for the daemon: ${header}`);
          return spansIn(JSON.parse(document) as Document);
        }),
        ...exports.flatMap((text) => spansOfExport(JSON.parse(text) as ExportedTraces)),
      ].filter((span) => traceId === undefined || span.traceId === traceId),
    stop() {
      socket.close();
      collector.close();
      collector.closeAllConnections();
    },
  };
}

function spansIn(document: Document, traceId = document.trace_id ?? '', parentId = document.parent_id): Span[] {
  const { subsegments = [], trace_id: _, parent_id: __, type = 'segment', ...rest } = document;
  const inside = subsegments.flatMap((part) => spansIn({ type: 'subsegment', ...part }, traceId, document.id));
  return [{ ...rest, type, traceId, parentId }, ...inside];
}
