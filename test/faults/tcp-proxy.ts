import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface TcpProxy {
  /** The same endpoint by way of the proxy. */
  readonly url: string;
  /** Cuts the connection at the next answers, after the server has done its work and before a byte of them is passed on. */
  cutAnswers(count: number): void;
  /** Calls back at the next request that says this, which never reaches the server. */
  atNextRequest(act: () => void, saying?: string): void;
  /** How many answers were cut. */
  readonly cut: number;
  stop(): Promise<void>;
}

/** A real TCP proxy in front of a server: what it cuts, the client never hears. */
export async function tcpProxy(target: string): Promise<TcpProxy> {
  const { hostname, port, protocol } = new URL(target);
  const sockets = new Set<Socket>();
  let toCut = 0;
  let cut = 0;
  let atRequest: { readonly act: () => void; readonly saying: string } | undefined;
  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
      socket.on('error', () => socket.destroy());
    }
    client.on('data', (chunk) => {
      if (!atRequest || !chunk.includes(atRequest.saying)) {
        upstream.write(chunk);
        return;
      }
      const { act } = atRequest;
      atRequest = undefined;
      act();
      client.destroy();
    });
    client.once('end', () => upstream.end());
    upstream.on('data', (chunk) => {
      if (toCut > 0) {
        toCut--;
        cut++;
        client.resetAndDestroy();
        upstream.destroy();
      } else {
        client.write(chunk);
      }
    });
    upstream.once('end', () => client.end());
    client.once('close', () => upstream.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `${protocol}//127.0.0.1:${(server.address() as AddressInfo).port}`,
    cutAnswers: (count) => {
      toCut = count;
    },
    atNextRequest: (act, saying = '') => {
      atRequest = { act, saying };
    },
    get cut() {
      return cut;
    },
    async stop() {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, 'close');
    },
  };
}
