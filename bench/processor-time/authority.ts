// The stand-in of the national system in a process of its own, as strict as in the local stack.
import { strictNationalChecks } from '../../local/authorities/national/strict-checks.ts';
import { startNationalApi } from '../../local/authorities/national-api.ts';
import { exampleCompanies } from '../../local/engines/openid/identities.ts';
import { openPki } from '../../local/pki/installation.ts';

export interface Authority {
  readonly url: string;
  readonly controlUrl: string;
}

const pki = await openPki(process.argv[2] ?? '', exampleCompanies, new Date());
const { url, controlUrl } = await startNationalApi({
  tls: { identity: pki.server, authority: pki.authority },
  checks: strictNationalChecks(pki.authority),
  signatory: pki.national,
});
process.once('SIGTERM', () => process.exit(0));
process.send?.({ url, controlUrl } satisfies Authority);
