import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface TcpProxy {
  /** The same endpoint by way of the proxy. */
  readonly url: string;
  /** Cuts the connection at the next answers, after the server has done its work and before a byte of them is passed on. */
  cutAnswers(count: number): void;
  /** Cuts it in the middle of the next answers. */
  cutWithinAnswers(count: number): void;
  /** Turns over every bit in the second half of the next answers. */
  corruptAnswers(count: number): void;
  /** Passes on every answer so much later, from now on. */
  delayAnswers(ms: number): void;
  /** Calls back at the next request that says this, which never reaches the server. */
  atNextRequest(act: () => void, saying?: string): void;
  /** How many answers were cut. */
  readonly cut: number;
  stop(): Promise<void>;
}

/** What befalls an answer. */
type Harm = 'cut' | 'cut-within' | 'corrupt';

/** A real TCP proxy in front of a server: what it cuts, the client never hears. */
export async function tcpProxy(target: string): Promise<TcpProxy> {
  const { hostname, port, protocol } = new URL(target);
  const sockets = new Set<Socket>();
  const planned: Harm[] = [];
  let delayMs = 0;
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
    const pass = (bytes: Buffer) => {
      if (delayMs === 0) client.write(bytes);
      else setTimeout(() => client.writable && client.write(bytes), delayMs);
    };
    const sever = () => {
      cut++;
      client.resetAndDestroy();
      upstream.destroy();
    };
    upstream.on('data', (chunk) => {
      switch (planned.shift()) {
        case 'cut':
          sever();
          return;
        case 'cut-within':
          client.write(chunk.subarray(0, chunk.length / 2), sever);
          return;
        case 'corrupt':
          pass(chunk.map((byte, place) => (place < chunk.length / 2 ? byte : ~byte)) as Buffer);
          return;
        default:
          pass(chunk);
      }
    });
    upstream.once('end', () => setTimeout(() => client.end(), delayMs));
    client.once('close', () => upstream.destroy());
  });
  const plan = (harm: Harm, count: number) => void planned.splice(0, planned.length, ...Array(count).fill(harm));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `${protocol}//127.0.0.1:${(server.address() as AddressInfo).port}`,
    cutAnswers: (count) => plan('cut', count),
    cutWithinAnswers: (count) => plan('cut-within', count),
    corruptAnswers: (count) => plan('corrupt', count),
    delayAnswers: (ms) => {
      delayMs = ms;
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
