// What invoices cost: `npm run cost -- --invoices 1000000 --region sa-east-1 [--environment prod] [--reads 0]`.
import { parseArgs } from 'node:util';
import { printTable } from '../bench/table.ts';
import { settingsOf } from '../cdk/settings.ts';
import { ledger, straightforward } from './design.ts';
import { installationOf } from './installation.ts';
import { fixedTerms, REGIONS, type Region, storageTerms, sumOf, type Term, variableTerms } from './model.ts';
import prices from './prices.json' with { type: 'json' };

const { values } = parseArgs({
  options: {
    invoices: { type: 'string', default: '1000000' },
    region: { type: 'string', default: 'us-east-1' },
    environment: { type: 'string', default: 'prod' },
    /** How often a client asks what became of an invoice. */
    reads: { type: 'string', default: '0' },
  },
});
const [invoices, reads] = [Number(values.invoices), Number(values.reads)];
const region = values.region as Region;
if (!(invoices > 0) || !(reads >= 0)) throw new RangeError('--invoices and --reads take numbers');
if (!REGIONS.includes(region)) throw new RangeError(`--region is one of ${REGIONS.join(', ')}`);

/** Where our client asks once, after two or three seconds, that of the straightforward design asks every second. */
const ASKS_EACH_SECOND = 3;

const settings = settingsOf(values.environment);
const installation = installationOf(settings);
const ours = ledger(installation.workflow, settings.observability.tracedShare, reads);
const other = straightforward(ASKS_EACH_SECOND * reads);
const usd = (amount: number) => amount.toFixed(2);
const rows = (terms: readonly Term[]) => [
  ...terms.map(({ what, how, usd: amount }) => [what, usd(amount), how]),
  ['together', usd(sumOf(terms)), ''],
];

const variable = variableTerms(ours, installation, invoices, region);
const compared = variableTerms(other, installation, invoices, region);
printTable(
  `${invoices} invoices in ${region}, USD`,
  ['term', ours.name, other.name, 'an invoice of ours', 'an invoice of the other'],
  [
    ...variable.map((term, place) => [
      term.what,
      usd(term.usd),
      usd(compared[place]?.usd ?? 0),
      term.how,
      compared[place]?.how ?? '',
    ]),
    ['together', usd(sumOf(variable)), usd(sumOf(compared)), '', ''],
  ],
);
printTable(
  'What they leave behind, USD a month',
  ['term', 'USD', 'how'],
  rows(storageTerms(ours, installation, invoices, region)),
);
printTable(
  `What ${values.environment} costs without any invoice, USD a month`,
  ['term', 'USD', 'how'],
  rows(fixedTerms(installation, region)),
);
process.stdout.write(`\nPrices of ${prices.asOf}: ${prices.source}.\n`);
