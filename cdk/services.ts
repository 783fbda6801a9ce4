import type { MunicipalityProfile } from '../src/nfse/municipality-profiles/profiles.ts';
import type { Settings } from './settings.ts';

/** A family of providers, as invoices name it. */
export type Provider = MunicipalityProfile['provider'];

/** Workers, and the queue that they alone take from. */
export interface WorkerService {
  /** Which of them, in the names of alarms and figures; `undefined` where it is the only one. */
  readonly name: Provider | undefined;
  /** What its constructs' ids begin with. */
  readonly prefix: string;
  /** Whose work EmitWorkflow puts on its queue. */
  readonly serves: readonly Provider[];
}

/**
 * The first takes over the ids that the only service has, and with them its queue: the setting can change under messages that wait. It is
 * also where work goes that names no provider, and repairs.
 */
const PREFIXES: Readonly<Record<Provider, string>> = { national: '', abrasf: 'Abrasf' };
const providers = Object.keys(PREFIXES) as [Provider, ...Provider[]];

/** The services of workers that the settings ask for, the default one first. */
export function servicesOf({ worker }: Settings): readonly [WorkerService, ...WorkerService[]] {
  if (worker.services === 'one') return [{ name: undefined, prefix: '', serves: providers }];
  const [first, ...others] = providers;
  return [ownService(first), ...others.map(ownService)];
}

function ownService(provider: Provider): WorkerService {
  return { name: provider, prefix: PREFIXES[provider], serves: [provider] };
}

/** What a service's figure is called: with the service's name, where there are several. */
export function labelled(label: string, { name }: WorkerService): string {
  return name === undefined ? label : `${label}: ${name}`;
}
