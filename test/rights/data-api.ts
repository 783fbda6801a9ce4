import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { PGlite } from '@electric-sql/pglite';
import { readBody } from '../../local/http-body.ts';
import { close, listen } from '../../local/http-server.ts';

interface Parameter {
  readonly name: string;
  readonly value: Readonly<Record<string, string | number | boolean>>;
}

interface Input {
  readonly sql?: string;
  readonly parameters?: readonly Parameter[];
  readonly transactionId?: string;
}

/** Types of PostgreSQL by their number, as the Data API gives them to what it is sent: never a guess from the statement. */
const TYPES: Readonly<Record<string, number>> = { stringValue: 25, longValue: 20, doubleValue: 701, booleanValue: 16 };
const WHOLE_NUMBERS: ReadonlySet<number> = new Set([20, 21, 23]);
const BOOLEAN = 16;
const MOST_BYTES = 8 * 1024 * 1024;

/** The Data API of an Aurora cluster, in the operations that are asked of it here, over a PostgreSQL in memory. One transaction at a time. */
export async function startDataApi(): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const database = await PGlite.create();
  let open: string | undefined;

  async function end(how: 'commit' | 'rollback', { transactionId }: Input): Promise<object> {
    if (open === undefined || transactionId !== open) throw new Error(`No such transaction: ${transactionId}`);
    open = undefined;
    await database.exec(how);
    return { transactionStatus: how === 'commit' ? 'Transaction Committed' : 'Rollback Complete' };
  }

  const operations: Readonly<Record<string, (input: Input) => Promise<object>>> = {
    async '/BeginTransaction'() {
      if (open !== undefined) throw new Error('Another transaction is open');
      open = randomUUID();
      await database.exec('begin');
      return { transactionId: open };
    },
    '/CommitTransaction': (input) => end('commit', input),
    '/RollbackTransaction': (input) => end('rollback', input),
    async '/Execute'({ sql = '', parameters = [], transactionId }) {
      if (transactionId !== open) throw new Error('The statement is not of the transaction that is open');
      return execute(database, sql, parameters);
    },
  };

  async function answer(request: IncomingMessage): Promise<object> {
    const input = JSON.parse((await readBody(request, MOST_BYTES)).toString('utf8')) as Input;
    const operation = operations[request.url ?? ''];
    if (!operation) throw new Error(`Not spoken here: ${request.url}`);
    return operation(input);
  }

  const { server, url } = await listen((request, response) => {
    answer(request).then(
      (body) => response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body)),
      (error: { message: string; code?: string }) =>
        response
          .writeHead(400, { 'content-type': 'application/json', 'x-amzn-errortype': 'DatabaseErrorException' })
          .end(JSON.stringify({ message: `ERROR: ${error.message}; SQLState: ${error.code ?? 'XX000'}` })),
    );
  }, 0);
  return {
    url,
    async stop() {
      await close(server);
      await database.close();
    },
  };
}

async function execute(database: PGlite, sql: string, parameters: readonly Parameter[]): Promise<object> {
  const places = new Map(parameters.map(({ name }, place) => [name, place + 1]));
  // `:1`, but neither the `::text` of a cast nor a time of day.
  const text = sql.replace(/(?<!:):(\w+)/g, (whole, name: string) =>
    places.has(name) ? `$${places.get(name)}` : whole,
  );
  const { rows, fields, affectedRows } = await database.query<unknown[]>(
    text,
    parameters.map(({ value }) => ('isNull' in value ? null : Object.values(value)[0])),
    {
      rowMode: 'array',
      paramTypes: parameters.map(({ value }) => TYPES[Object.keys(value)[0] ?? ''] ?? 0),
    },
  );
  return {
    numberOfRecordsUpdated: affectedRows ?? 0,
    columnMetadata: fields.map(({ name }) => ({ name })),
    records: rows.map((row) => row.map((value, column) => fieldOf(value, fields[column]?.dataTypeID ?? 0))),
  };
}

function fieldOf(value: unknown, type: number): object {
  if (value === null || value === undefined) return { isNull: true };
  if (type === BOOLEAN) return { booleanValue: value };
  return WHOLE_NUMBERS.has(type) ? { longValue: Number(value) } : { stringValue: String(value) };
}
