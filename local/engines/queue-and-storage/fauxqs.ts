import { type BuildAppOptions, buildApp } from 'fauxqs';
import { mendGivingBackAtOnce } from './give-back-at-once.ts';
import { type Refusal, refusalOf } from './presigned-links.ts';

/** Of every access key: who the caller is matters nowhere on this machine. */
const SECRET = 'local';

type Stores = NonNullable<BuildAppOptions['stores']>;

interface Persistence {
  load(sqs: Stores['sqsStore'], sns: Stores['snsStore'], s3: Stores['s3Store']): void;
  close(): void;
}

export interface Engine extends Pick<Stores, 'sqsStore' | 's3Store'> {
  readonly port: number;
  stop(): Promise<void>;
}

/**
 * The engine as its own `startFauxqs` starts it in version 2.4.1, but on the loopback interface alone, which that function does not offer,
 * and with a check of whoever asks before it.
 *
 * @param options.dataDir where queues and objects persist; absent, they live in memory
 */
export async function startEngine(options: {
  readonly port: number;
  readonly region: string;
  readonly dataDir?: string;
}): Promise<Engine> {
  await mendGivingBackAtOnce();
  const { SqsStore } = await inside<{ SqsStore: new () => Stores['sqsStore'] }>('sqs/sqsStore.js');
  const { SnsStore } = await inside<{ SnsStore: new () => Stores['snsStore'] }>('sns/snsStore.js');
  const { S3Store } = await inside<{ S3Store: new () => Stores['s3Store'] }>('s3/s3Store.js');
  const stores = { sqsStore: new SqsStore(), snsStore: new SnsStore(), s3Store: new S3Store() };
  const persistence = options.dataDir === undefined ? undefined : await persist(stores, options.dataDir);
  const app = buildApp({ logger: false, defaultRegion: options.region, stores });
  if (persistence) app.addHook('preClose', async () => persistence.close());
  app.addHook('onRequest', async ({ method, originalUrl, headers }, reply) => {
    const refusal = refusalOf({ method, url: originalUrl, headers }, SECRET, Date.now());
    if (refusal) await reply.code(refusal.status).type('application/xml').send(errorOf(refusal));
  });
  const address = await app.listen({ port: options.port, host: '127.0.0.1' });
  return { ...stores, port: Number(new URL(address).port), stop: () => app.close() };
}

/** What is kept is read before anything is told to keep: else reading it would write it, and take away what hangs from it. */
async function persist({ sqsStore, snsStore, s3Store }: Stores, dataDir: string): Promise<Persistence> {
  const { PersistenceManager } = await inside<{ PersistenceManager: new (dataDir: string) => Persistence }>(
    'persistence.js',
  );
  const persistence = new PersistenceManager(dataDir);
  persistence.load(sqsStore, snsStore, s3Store);
  for (const store of [sqsStore, snsStore, s3Store, ...sqsStore.allQueues()]) Object.assign(store, { persistence });
  return persistence;
}

/** A module of the package that it does not export. */
async function inside<T>(file: string): Promise<T> {
  return (await import(new URL(file, import.meta.resolve('fauxqs')).href)) as T;
}

const errorOf = ({ code, message }: Refusal): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message></Error>`;
