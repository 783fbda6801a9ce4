// Loaded into every process of a stack before its program (NODE_OPTIONS): nothing but this machine can be reached, and whoever tries is
// written to REFUSED_HOSTS_FILE. A connection by name and one by address are both seen.
import { appendFileSync } from 'node:fs';
import net from 'node:net';

type Options = Partial<net.TcpNetConnectOpts & net.IpcNetConnectOpts>;

const LOOPBACK = new net.BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

const connect = net.Socket.prototype.connect as (this: net.Socket, ...args: unknown[]) => net.Socket;

net.Socket.prototype.connect = function refusing(this: net.Socket, ...args: unknown[]): net.Socket {
  const host = hostOf(args);
  if (host === undefined || isThisMachine(host)) return connect.apply(this, args);
  const { REFUSED_HOSTS_FILE: file } = process.env;
  if (file) appendFileSync(file, `${host} by ${process.argv[1]}\n`);
  const refusal = Object.assign(new Error(`getaddrinfo ENOTFOUND ${host}`), { code: 'ENOTFOUND', hostname: host });
  process.nextTick(() => this.destroy(refusal));
  return this;
} as typeof net.Socket.prototype.connect;

/** @returns `undefined` for a socket of the file system, and for this machine left unnamed */
function hostOf([first, second]: readonly unknown[]): string | undefined {
  // Node's own callers hand in the arguments as one list.
  if (Array.isArray(first)) return hostOf(first);
  if (typeof first === 'object' && first !== null) return (first as Options).host;
  return typeof second === 'string' ? second : undefined;
}

function isThisMachine(host: string): boolean {
  const version = net.isIP(host);
  return version === 0 ? host === 'localhost' : LOOPBACK.check(host, version === 6 ? 'ipv6' : 'ipv4');
}
