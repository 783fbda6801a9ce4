import { UsageError, type Verb } from './verb.ts';

const ACTIONS: Readonly<Record<string, () => Promise<Verb>>> = {
  replay: async () => (await import('./audit/replay.ts')).replay,
  verify: async () => (await import('./audit/verify.ts')).verify,
  seals: async () => (await import('./audit/seals.ts')).seals,
  prove: async () => (await import('./audit/prove.ts')).prove,
  export: async () => (await import('./audit/export.ts')).exportBundle,
};

/** `nfse audit`: what happened to an invoice, and the proof that nobody touched it. */
export const audit: Verb = async ([name = '', ...args], invocation) => {
  const load = Object.hasOwn(ACTIONS, name) ? ACTIONS[name] : undefined;
  if (!load) throw new UsageError(`Informe o que fazer: ${Object.keys(ACTIONS).join(', ')}`);
  return (await load())(args, invocation);
};
