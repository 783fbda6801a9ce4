import { createSocket, type Socket } from 'node:dgram';

/** Takes the documents of segments, as JSON values. Nothing waits for it and nothing fails by it: a trace may be lost. */
export type SegmentSink = (document: object) => void;

const HEADER = '{"format":"json","version":1}\n';
/** What one datagram carries. */
const MOST_BYTES = 64_000;
const DEFAULT_PORT = 2000;

/**
 * The X-Ray daemon: Lambda runs one, beside the worker it is a container of the same task.
 *
 * @param address `host:port`, or `tcp:host:port udp:host:port` as the SDKs have it
 * @returns `undefined` where no daemon is named
 */
export function xrayDaemon(address: string | undefined): SegmentSink | undefined {
  const [, host, port] = /(?:^|udp:)([\w.-]+)(?::(\d{1,5}))?(?:\s|$)/.exec(address?.trim() ?? '') ?? [];
  if (host === undefined) return undefined;
  let socket: Socket | undefined;
  return (document) => {
    const datagram = HEADER + JSON.stringify(document);
    if (Buffer.byteLength(datagram) > MOST_BYTES) return;
    socket ??= opened();
    socket.send(datagram, Number(port ?? DEFAULT_PORT), host, () => undefined);
  };
}

/** It keeps no process alive. */
function opened(): Socket {
  const socket = createSocket('udp4');
  socket.on('error', () => undefined);
  socket.unref();
  return socket;
}
