import { createServer } from 'node:net';

/** Below the ports that Linux and macOS give to outgoing connections: one of those may be taken between the look and the use. */
const MIN_PORT = 10_000;
const MAX_PORT = 32_000;

/** Whether a server could listen on this port of every interface now. */
export async function isFree(port: number): Promise<boolean> {
  // Both: where something listens on every interface, some systems let another process listen on the loopback interface besides.
  return (await canListen(port, '0.0.0.0')) && (await canListen(port, '127.0.0.1'));
}

/** The port asked for when it is free, else any free one: what runs again finds its old port where it can. */
export async function portNear(preferred: number | undefined, taken: ReadonlySet<number> = new Set()): Promise<number> {
  for (let port = preferred ?? anyPort(); ; port = anyPort()) {
    if (port > 0 && port < 65_536 && !taken.has(port) && (await isFree(port))) return port;
  }
}

/** Drawn by chance, so that two stacks that start at once do not ask for the same. */
function anyPort(): number {
  return MIN_PORT + Math.floor(Math.random() * (MAX_PORT - MIN_PORT));
}

/** Listens and lets go: the only portable way to ask. */
function canListen(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
  });
}
