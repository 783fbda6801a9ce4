import { parseArgs } from 'node:util';
import { checkSeals } from '../../audit/check-seals.ts';
import { lastDayOver } from '../../audit/sealing.ts';
import type { Verb } from '../verb.ts';
import { sealProblemText } from './findings.ts';
import { auditedLedger, lastDayDue } from './ledger.ts';

/** `nfse audit seals`: the seal of each day, and the hash of their chain, which is that of the newest one: to be noted elsewhere. */
export const seals: Verb = async (args, invocation) => {
  const { values } = parseArgs({
    args: [...args],
    options: { data: { type: 'string' }, json: { type: 'boolean', default: false } },
  });
  const { output } = invocation;
  const ledger = await auditedLedger(invocation, values.data);
  try {
    const to = lastDayOver(invocation.now, ledger.config.sealMarginMinutes);
    const { seals: chain, problems } = await checkSeals(ledger.seals, { to, due: lastDayDue(ledger, invocation.now) });
    const newest = chain.at(-1);
    if (values.json) {
      output.out(JSON.stringify({ good: problems.length === 0, chain: newest?.hash, seals: chain, problems }));
    } else {
      for (const { day, commits, hash } of chain) output.out(`${day}  ${hash}  ${commits} commits`);
      for (const problem of problems) output.out(sealProblemText(problem));
      if (newest) {
        output.out(`Cadeia de ${chain.length} selos até ${newest.day}, a anotar em outro lugar: ${newest.hash}`);
        output.out(`Confira depois com: nfse audit verify --all --expect-seal ${newest.hash}`);
      } else output.out('Ainda não há selos.');
    }
    return problems.length === 0 ? 0 : 1;
  } finally {
    ledger.close();
  }
};
