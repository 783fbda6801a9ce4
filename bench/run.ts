// `npm run bench [-- store|latency|processor-time|bundles|signatures|reports|upserts|lag|rebuild|verify|audit|seal|tracing]`: each in a process of its own, so that none warms or burdens the next.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { inProject } from '../local/project.ts';

const BENCHMARKS = {
  store: 'event-store.ts',
  latency: 'latency.ts',
  'processor-time': 'processor-time.ts',
  bundles: 'bundles.ts',
  signatures: 'signatures.ts',
  reports: 'reports.ts',
  upserts: 'upserts.ts',
  lag: 'lag.ts',
  rebuild: 'rebuild.ts',
  verify: 'verify.ts',
  audit: 'audit.ts',
  seal: 'seal.ts',
  tracing: 'tracing.ts',
} as const;
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
type Name = keyof typeof BENCHMARKS;

const isName = (name: string): name is Name => Object.hasOwn(BENCHMARKS, name);

const [name, ...args] = process.argv.slice(2);
if (name !== undefined && !isName(name)) {
  console.error(`There is no benchmark "${name}": say ${Object.keys(BENCHMARKS).join(', ')}, or nothing for all.`);
  process.exit(2);
}
const chosen: readonly Name[] = name === undefined ? (Object.keys(BENCHMARKS) as Name[]) : [name];
for (const benchmark of chosen) {
  const file = inProject(`bench/${BENCHMARKS[benchmark]}`);
  const child = spawn(process.execPath, [file, ...args], { stdio: 'inherit' });
  const pass = (signal: NodeJS.Signals) => child.kill(signal);
  for (const signal of SIGNALS) process.on(signal, pass);
  const [status] = (await once(child, 'exit')) as [number | null];
  for (const signal of SIGNALS) process.off(signal, pass);
  if (status !== 0) process.exit(status ?? 1);
}
