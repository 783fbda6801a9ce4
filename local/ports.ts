import { createServer } from 'node:net';

/** Whether a server could listen on this port of every interface now. */
export function isFree(port: number): Promise<boolean> {
  return listenOnce(port).then(
    () => true,
    () => false,
  );
}

/** The port asked for when it is free, else any free one: what runs again finds its old port where it can. */
export async function portNear(preferred: number | undefined, taken: ReadonlySet<number> = new Set()): Promise<number> {
  if (
    preferred !== undefined &&
    preferred > 0 &&
    preferred < 65_536 &&
    !taken.has(preferred) &&
    (await isFree(preferred))
  ) {
    return preferred;
  }
  const port = await listenOnce(0);
  return taken.has(port) ? portNear(undefined, taken) : port;
}

/** Listens and lets go: the only portable way to ask. */
async function listenOnce(port: number): Promise<number> {
  // Every interface, because two of the engines listen so; a port taken on 127.0.0.1 alone is then found taken as well.
  const found = await bind(port, '0.0.0.0');
  return port === 0 ? found : bind(port, '127.0.0.1');
}

function bind(port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen({ port, host, exclusive: true }, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : port));
    });
  });
}
