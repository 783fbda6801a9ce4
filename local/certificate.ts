// Makes a certificate for a company, as a file to send to the API: `npm run -s certificate -- --company CNPJ [--data DIR]`.
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { parseCnpj } from '../src/nfse/cnpj.ts';
import { readCredentials } from './credentials.ts';
import { openPki } from './pki/installation.ts';
import { StackError, sentenceOf } from './stack-error.ts';

try {
  const { values } = parseArgs({
    options: { company: { type: 'string' }, data: { type: 'string', default: '.local' } },
  });
  const companyCnpj = parseCnpj(values.company);
  if (!companyCnpj) throw new StackError('Say for which company: --company and its CNPJ, without punctuation.');
  const dataDir = resolve(values.data);
  if (!(await readCredentials(dataDir))) throw new StackError('There is no stack: start it once with "npm start".');
  const { files } = await openPki(join(dataDir, 'certificates'), [companyCnpj], new Date());
  const file = files.find((one) => one.companyCnpj === companyCnpj);
  process.stdout.write(`${JSON.stringify(file)}\n`);
} catch (error) {
  process.stderr.write(`${sentenceOf(error)}\n`);
  process.exitCode = 1;
}
