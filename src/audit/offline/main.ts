// The program that lies in every bundle as verify.mjs: `node verify.mjs [FOLDER]`. Bundled from the very files that make the chain,
// the seals and the proofs, so that it cannot understand them otherwise. Needs Node 20.12 or newer, no package and no network.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MANIFEST, sha256, verifyBundle } from '../bundle.ts';

const folder = process.argv[2] ?? dirname(fileURLToPath(import.meta.url));

const names = readdirSync(folder, { recursive: true, withFileTypes: true })
  .filter((entry) => !entry.isDirectory())
  .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'));
const inFolder = new Set(names);

const report = verifyBundle({
  names,
  // Only what lies in the folder is read, whatever the manifest names.
  read: (name) => (inFolder.has(name) ? readFileSync(join(folder, name)) : undefined),
});

const say = (line: string) => process.stdout.write(`${line}\n`);
for (const problem of report.problems) say(`PROBLEM  ${problem}`);
const { manifest, commits, proven, unsealed, lastSeal } = report;
if (manifest) {
  say(`Invoices of ${manifest.companyCnpj}, ${manifest.from} to ${manifest.to}, exported ${manifest.exportedAt}`);
  say(`${manifest.invoices} invoices, ${commits} commits, ${manifest.files.length} files`);
  say(`${proven} commits proven by the seal of their day, ${unsealed} of days not sealed yet`);
  for (const name of manifest.missingDocuments) say(`not in the store: ${name}`);
}
if (inFolder.has(MANIFEST)) say(`manifest ${sha256(readFileSync(join(folder, MANIFEST)))}`);
if (lastSeal) say(`newest seal ${lastSeal.day} ${lastSeal.hash}`);
say(report.good ? 'GOOD: everything is as it was written' : `BAD: ${report.problems.length} problems`);
process.exitCode = report.good ? 0 : 1;
