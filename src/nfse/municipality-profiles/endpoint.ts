import type { AbrasfOperation } from '../abrasf/operations.ts';
import { type AbrasfProfile, addressIn, type Environment } from './profiles.ts';

/** Where an operation is sent to: a base, which is one pool of connections, and a path below it. */
export interface Endpoint {
  readonly baseUrl: string;
  readonly path: (operation: AbrasfOperation) => string;
}

/** The city's endpoint in an environment; `undefined` where it has none there. */
export function endpointOf(profile: AbrasfProfile, environment: Environment): Endpoint | undefined {
  const address = addressIn(profile, environment)?.replace(/\/$/, '');
  if (address === undefined) return undefined;
  const { path, operationNames } = profile.dialect;
  if (path !== undefined) {
    return { baseUrl: address, path: (operation) => filled(path, operationNames[operation] ?? operation) };
  }
  const end = address.lastIndexOf('/');
  return { baseUrl: address.slice(0, end), path: () => address.slice(end) };
}

/** A template of the profiles with an operation's names in their places. */
export function filled(template: string, operation: string, more: Readonly<Record<string, string>> = {}): string {
  const values: Readonly<Record<string, string>> = {
    operation,
    operationLower: operation.toLowerCase(),
    operationCamel: operation.charAt(0).toLowerCase() + operation.slice(1),
    operationUpper: operation.toUpperCase(),
    operationSentence: operation.charAt(0).toUpperCase() + operation.slice(1).toLowerCase(),
    ...more,
  };
  return template.replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);
}
