import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

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
  /** What came of one trace, or of all. */
  spans(traceId?: string): readonly Span[];
  /** Every datagram as it came. */
  readonly datagrams: readonly string[];
  stop(): void;
}

/** Listens where the X-Ray daemon would. */
export async function standInDaemon(): Promise<StandInDaemon> {
  const datagrams: string[] = [];
  const socket: Socket = createSocket('udp4').bind(0, '127.0.0.1');
  socket.on('message', (datagram) => datagrams.push(datagram.toString('utf8')));
  await once(socket, 'listening');
  return {
    address: `127.0.0.1:${(socket.address() as AddressInfo).port}`,
    datagrams,
    spans: (traceId) =>
      datagrams
        .flatMap((text) => {
          const [header = '', document = ''] = text.split('\n');
          if (JSON.parse(header).format !== 'json') throw new Error(`Not for the daemon: ${header}`);
          return spansIn(JSON.parse(document) as Document);
        })
        .filter((span) => traceId === undefined || span.traceId === traceId),
    stop: () => socket.close(),
  };
}

function spansIn(document: Document, traceId = document.trace_id ?? '', parentId = document.parent_id): Span[] {
  const { subsegments = [], trace_id: _, parent_id: __, type = 'segment', ...rest } = document;
  const inside = subsegments.flatMap((part) => spansIn({ type: 'subsegment', ...part }, traceId, document.id));
  return [{ ...rest, type, traceId, parentId }, ...inside];
}
