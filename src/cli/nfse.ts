import { parseArgs } from 'node:util';
import { invocationDirectory } from '../platform/config.ts';
import { type ExitCode, type Output, UsageError, type Verb } from './verb.ts';

interface Entry {
  readonly usage: string;
  readonly summary: string;
  /** Loaded on demand: a check digit should not wait for the schemas. */
  readonly load: () => Promise<Verb>;
}

const VERBS: Readonly<Record<string, Entry>> = {
  explain: {
    usage: 'explain FILE [--operation OP] [--http STATUS] [--json]',
    summary: 'diz o que significa a resposta de uma autoridade, nacional ou ABRASF, e o que fazer',
    load: async () => (await import('./explain.ts')).explain,
  },
  check: {
    usage: 'check cpf|cnpj|access-key|dps-id|municipality VALUE… [--json]',
    summary: 'confere números e códigos, um resultado para cada valor',
    load: async () => (await import('./check.ts')).check,
  },
  tax: {
    usage: 'tax FILE [--json]',
    summary: 'mostra linha a linha os valores e impostos de uma emissão',
    load: async () => (await import('./tax.ts')).tax,
  },
  sign: {
    usage:
      'sign FILE --pfx FILE --password-file FILE [--cnpj CNPJ] [--element NAME]… [--sha256] [--exclusive] [--out FILE] [--json]',
    summary: 'assina um documento com o certificado A1 da empresa',
    load: async () => (await import('./sign.ts')).sign,
  },
  verify: {
    usage: 'verify FILE [--json]',
    summary: 'confere cada assinatura de um documento e diz quem assinou',
    load: async () => (await import('./verify.ts')).verify,
  },
  validate: {
    usage: 'validate FILE [--schemas DIR] [--layout NAME] [--json]',
    summary: 'confere um documento com o leiaute, com o esquema oficial se houver, e com as regras que ele não diz',
    load: async () => (await import('./validate.ts')).validate,
  },
  dlq: {
    usage:
      'dlq list|show|replay|repair|discard [ID]… [--cause C] [--municipality M] [--all] [--dry-run] [--reason TEXT] [--json] [--data DIR]',
    summary:
      'mostra o que parou na fila de mensagens mortas de um serviço no ar, e por quê; processa de novo ou descarta',
    load: async () => (await import('./dlq.ts')).dlq,
  },
  audit: {
    usage: `audit replay ID [--as-of TIME | --version N] [--data DIR] [--json]
  audit verify ID…|--all [--since DAY | --expect-seal HASH…] [--data DIR] [--json]
  audit seals [--data DIR] [--json]
  audit prove ID [--data DIR] [--json]
  audit export --company CNPJ --from DAY --to DAY --out DIR [--data DIR] [--json]`,
    summary: 'conta a história de uma nota, confere que ninguém a tocou, prova-a pelos selos, e a leva a outro lugar',
    load: async () => (await import('./audit.ts')).audit,
  },
  projections: {
    usage:
      'projections rebuild|status|switch|rollback|finish invoices|reporting [--segments N] [--page N] [--accept-differences] [--accept-losses] [--data DIR] [--json]',
    summary: 'reconstrói uma projeção a partir dos eventos ao lado da atual, e passa os leitores para ela',
    load: async () => (await import('./projections.ts')).projections,
  },
};

/** Node's own complaint about an unknown option or a missing value, which is the caller's mistake and not ours. */
function isArgumentError(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
}

function overview(output: Output): void {
  output.err('Uso: npm run -s nfse -- VERBO …\n');
  for (const { usage, summary } of Object.values(VERBS)) output.err(`  ${usage}\n      ${summary}`);
  output.err('\nSaída: 0 está certo, 1 o que foi examinado está errado, 2 a chamada está errada.');
}

async function main(argv: readonly string[], output: Output): Promise<ExitCode> {
  const [name = '', ...args] = argv;
  const entry = Object.hasOwn(VERBS, name) ? VERBS[name] : undefined;
  if (!entry) {
    const { values } = parseArgs({ args: [...argv], options: { help: { type: 'boolean' } }, strict: false });
    if (name !== '' && !values.help) output.err(`Verbo desconhecido: ${name}\n`);
    overview(output);
    return values.help ? 0 : 2;
  }
  try {
    const verb = await entry.load();
    return await verb(args, { directory: invocationDirectory(), now: new Date(), output });
  } catch (error) {
    if (!(error instanceof UsageError) && !isArgumentError(error)) throw error;
    output.err(error.message);
    output.err(`Uso: npm run -s nfse -- ${entry.usage}`);
    return 2;
  }
}

try {
  process.exitCode = await main(process.argv.slice(2), {
    out: (line) => process.stdout.write(`${line}\n`),
    err: (line) => process.stderr.write(`${line}\n`),
    document: (bytes) => process.stdout.write(bytes),
    ...(process.stderr.isTTY && { progress: (line: string) => process.stderr.write(`\r\x1b[K${line}`) }),
  });
} catch (error) {
  // A fault of ours says nothing about the thing examined, so it must not end like a bad one.
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exitCode = 2;
}
