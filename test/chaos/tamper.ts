import { readFileSync } from 'node:fs';
import type { Credentials } from '../../local/credentials.ts';
import { startStack } from '../stack/start-stack.ts';
import { type Tampered, tamperWithInvoices, tamperWithSeals } from '../tampering/tampered-ledger.ts';
import type { Report } from './report.ts';
import type { ScenarioOptions } from './scenario.ts';

export const title = 'histories, rows, documents and seals that somebody tampers with, and what the audit says of each';

/** Works on ledgers of its own on the stack's engines: nothing of the stack itself touches them. */
export async function run({ dataDir, progress, running }: ScenarioOptions): Promise<Report> {
  progress('starting a stack');
  const stack = await startStack(dataDir, {}, ['--port', '0', '--in-memory']);
  running.add(stack.stop, () => stack.process.kill('SIGKILL'));
  const credentials = JSON.parse(readFileSync(stack.credentialsFile, 'utf8')) as Credentials;
  progress('tampering with histories, rows and documents');
  const invoices = await tamperWithInvoices(credentials);
  progress('tampering with seals');
  const tampered = [...invoices, ...(await tamperWithSeals(credentials))];
  const surprises = tampered.filter(({ surprise }) => surprise !== undefined);
  const count = (verdict: Tampered['verdict']) => tampered.filter((one) => one.verdict === verdict).length;
  return {
    summary: `${tampered.length} tamperings, each with an invoice or a ledger of its own`,
    figures: tampered.map(({ title, moment, verdict, findings }) => [
      `${moment} the seal: ${title}`,
      [verdict, ...findings].join(' '),
    ]),
    promises: [
      {
        promise: 'the audit says of each tampering what the table in docs/auditor.md says, and blames nobody else',
        kept: surprises.length === 0,
        seen:
          surprises.map((one) => `${one.title}, ${one.moment} the seal: ${one.surprise}`).join('; ') ||
          `${count('located')} located, ${count('found')} found, ${count('not findable')} not findable`,
      },
    ],
  };
}
