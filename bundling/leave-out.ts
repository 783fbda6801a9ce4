import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Loader, Plugin } from 'esbuild';

interface Replacement {
  /** Which source file, by the end of its path. */
  readonly file: RegExp;
  /** The file's text as it goes into the bundle. */
  readonly contents: (text: string) => string;
  readonly loader: Loader;
}

/**
 * What a Lambda function never reaches, and that esbuild cannot know to be so. A package that moves one of these files makes the
 * bundle larger again, never wrong.
 */
const REPLACEMENTS: readonly Replacement[] = [
  {
    // Lambda hands a function its credentials in environment variables. The rest of the chain (profiles, SSO, STS, web identity,
    // container and instance metadata) is some 90 KB.
    file: /\/@aws-sdk\/credential-provider-node\/dist-es\/index\.js$/,
    contents: () => 'export { fromEnv as defaultProvider } from "@aws-sdk/credential-provider-env";',
    loader: 'js',
  },
  {
    // Schemas name their traits by constants, `{ [_hH]: … }`. A computed key may have an effect for all that esbuild knows, so it
    // keeps the schema of every operation (67 KB of S3's). With the constants written out, those we never call go.
    file: /\/dist-es\/(?:.*\/)?schemas_\d+\.js$/,
    contents: (text) => withoutUnreadErrors(withKeysWrittenOut(text)),
    loader: 'js',
  },
  {
    // No operation of ours streams events. S3's client asks for these when it is made; nothing asks for more.
    file: /\/@smithy\/core\/dist-es\/submodules\/event-streams\/index\.js$/,
    contents: () => `
      export const resolveEventStreamSerdeConfig = (config) => config;
      export const eventStreamSerdeProvider = () => undefined;
      export class EventStreamSerde { constructor() { throw new Error("Event streams are not in this bundle"); } }`,
    loader: 'js',
  },
  {
    // Idempotency finds key and payload by JMESPath. Ours are members of the request, by name (src/platform/idempotency.ts).
    file: /\/@aws-lambda-powertools\/jmespath\/lib\/esm\/index\.js$/,
    contents: () => `
      export const search = (name, data) => {
        if (!/^[a-zA-Z]+$/.test(name)) throw new Error("Only names of members are understood here: " + name);
        return data[name] ?? null;
      };`,
    loader: 'js',
  },
  {
    file: /\/@aws-lambda-powertools\/jmespath\/lib\/esm\/PowertoolsFunctions\.js$/,
    contents: () => 'export class PowertoolsFunctions {}',
    loader: 'js',
  },
  {
    // A cache for the endpoints that an account may have of its own, which DynamoDB only asks for where that is switched on.
    file: /\/@aws-sdk\/endpoint-cache\/dist-es\/EndpointCache\.js$/,
    contents: () => 'export class EndpointCache {}',
    loader: 'js',
  },
  {
    // Packages read their own version from their manifest, and would take its scripts and dependencies along.
    file: /\/package\.json$/,
    contents: (text) => {
      const { name, version } = JSON.parse(text) as { name?: string; version?: string };
      return JSON.stringify({ name, version });
    },
    loader: 'json',
  },
];

/** Bundles without what a Lambda function never reaches. */
export const leaveOutUnused: Plugin = {
  name: 'leave-out-unused',
  setup({ onLoad }) {
    for (const { file, contents, loader } of REPLACEMENTS) {
      onLoad({ filter: file }, async ({ path }) => ({
        contents: contents(await readFile(path, 'utf8')),
        loader,
        resolveDir: dirname(path),
      }));
    }
  },
};

/** `const _hH = "httpHeader"; … { [_hH]: x }` becomes `{ "httpHeader": x }`. */
function withKeysWrittenOut(text: string): string {
  const constants = new Map(
    [...text.matchAll(/^const (\w+) = ("[^"\\]*");$/gm)].map(([, name, value]) => [name, value] as const),
  );
  return text.replace(/\[(\w+)\]:/g, (key, name: string) => {
    const value = constants.get(name);
    return value === undefined ? key : `${value}:`;
  });
}

/** The errors of DynamoDB and Step Functions of which a class is asked for by name, in our code and in Powertools. */
const READ_ERRORS: ReadonlySet<string> = new Set(['ConditionalCheckFailedException', 'ResourceNotFoundException']);
const CLIENTS_WITH_MANY_ERRORS = /"com\.amazonaws\.(?:dynamodb|sfn)"/;

/**
 * A client registers a class for each of its errors, of which these two have some sixty that nobody tells apart by class: they
 * arrive as the client's general error, with the same name, message and metadata, by which they are retried as before.
 */
function withoutUnreadErrors(text: string): string {
  if (!CLIENTS_WITH_MANY_ERRORS.test(text)) return text;
  return text.replace(/^n0_registry\.registerError\(\w+\$, (\w+)\);$/gm, (line, name: string) =>
    READ_ERRORS.has(name) ? line : '',
  );
}
