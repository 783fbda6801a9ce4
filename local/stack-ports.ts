import { readJson, replaceFile } from './durable-file.ts';
import { isFree, portNear } from './ports.ts';
import { StackError } from './stack-error.ts';

const ENGINES = [
  'openId',
  'dynamoDb',
  'queueAndStorage',
  'stepFunctions',
  'nationalApi',
  'secrets',
  'nationalControl',
  'cityHall',
  'postgres',
  'nationalParameters',
] as const;

export type StackPorts = Readonly<Record<'api' | (typeof ENGINES)[number], number>>;

/**
 * The ports of a stack. The API's is the one asked for (0 for any); the engines keep those they had, or stand beside the API's,
 * and give way where one is taken.
 *
 * @param file where they are remembered
 * @throws StackError when the API's port is taken
 */
export async function choosePorts(file: string, apiPort: number): Promise<StackPorts> {
  if (apiPort !== 0 && !(await isFree(apiPort))) {
    throw new StackError(`Port ${apiPort} is taken: stop what uses it, or choose another with --port.`);
  }
  const kept = ((await readJson(file)) ?? {}) as Partial<StackPorts>;
  const api = apiPort === 0 ? await portNear(undefined) : apiPort;
  const taken = new Set([api]);
  const engines: [string, number][] = [];
  for (const [place, name] of ENGINES.entries()) {
    const port = await portNear(kept[name] ?? api + 1 + place, taken);
    taken.add(port);
    engines.push([name, port]);
  }
  const ports = { api, ...Object.fromEntries(engines) } as StackPorts;
  await replaceFile(file, JSON.stringify(ports));
  return ports;
}
