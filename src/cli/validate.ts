import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { parametersOf } from '../nfse/abrasf/soap-envelope.ts';
import { unwrap } from '../nfse/abrasf/unwrap.ts';
import { KNOWN_LAYOUTS, type KnownLayout, knownLayout, likelyLayout, RPS } from '../nfse/layouts/known-layouts.ts';
import { type Position, positionOf } from '../nfse/layouts/position.ts';
import type { Problem } from '../nfse/layouts/problems.ts';
import { localName } from '../nfse/layouts/rules.ts';
import { validate as validateLayout } from '../nfse/layouts/validate.ts';
import { serviceCode } from '../nfse/service-codes.ts';
import { parseXml, type XmlElement, XmlError } from '../nfse/xml.ts';
import { answerText } from '../worker/providers/answer-text.ts';
import { DOCUMENT_BYTES, onlyFile, readInput } from './files.ts';
import { officialSchema } from './official-schema.ts';
import { type Output, UsageError, type Verb } from './verb.ts';

/** What is wrong, and who says so: our layout, the authority's schema, or a rule that no schema can say. */
interface Complaint extends Partial<Position> {
  readonly source: 'xml' | 'layout' | 'schema' | 'rules';
  readonly code: string;
  readonly message: string;
  readonly path?: string;
  readonly expected?: string;
  readonly found?: string;
}

interface Result {
  readonly file: string;
  /** The file is a SOAP envelope: what was judged is the message in it, and places are counted in there. */
  readonly enveloped?: boolean;
  readonly valid: boolean;
  readonly layout?: string;
  readonly namespace?: string;
  /** Whether the official schema was asked as well. */
  readonly schema: boolean;
  readonly problems: readonly Complaint[];
}

/** `validate FILE`: 0 when nothing is wrong with the document, 1 when something is, 2 for a call that makes no sense. */
export const validate: Verb = async (args, invocation) => {
  const { directory, output } = invocation;
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { schemas: { type: 'string' }, layout: { type: 'string' }, json: { type: 'boolean' } },
  });
  const file = onlyFile(positionals);
  const asked = values.layout === undefined ? undefined : knownLayout(values.layout);
  if (values.layout !== undefined && !asked) {
    const names = KNOWN_LAYOUTS.map(({ layout }) => layout.name).join(', ');
    throw new UsageError(`Não há leiaute ${values.layout}; há ${names}.`);
  }
  const bytes = await readInput(invocation, file, DOCUMENT_BYTES);
  const { xml, enveloped } = carriedIn(answerText(bytes).text);
  const schemas = values.schemas === undefined ? undefined : resolve(directory, values.schemas);
  const result = { file, ...(enveloped && { enveloped }), ...(await examined(xml, asked, schemas)) };
  if (values.json) output.out(JSON.stringify(result));
  else print(result, output);
  return result.valid ? 0 : 1;
};

/** The document itself, or the message that a SOAP envelope carries, of a call or of an answer. */
function carriedIn(text: string): { readonly xml: string; readonly enveloped: boolean } {
  if (!/<(?:[\w.-]+:)?Envelope[\s>]/.test(text.slice(0, 1000))) return { xml: text, enveloped: false };
  const [message] = parametersOf(text).filter(({ root }) => localName(root) !== 'cabecalho');
  const answer = unwrap(text);
  const carried = message?.xml ?? (answer.kind === 'payload' ? answer.xml : undefined);
  return { xml: carried ?? text, enveloped: carried !== undefined };
}

async function examined(xml: string, asked: KnownLayout | undefined, schemas: string | undefined) {
  let root: XmlElement;
  try {
    root = parseXml(xml);
  } catch (error) {
    if (!(error instanceof XmlError)) throw error;
    const place = error.at === undefined ? {} : positionOf(xml, error.at);
    const message = `O arquivo não é XML que se possa ler: ${error.message}.`;
    return verdict([{ source: 'xml', code: 'unreadable', message, ...place }], false);
  }
  const fallback = asked && { ...asked, namespace: asked.layout.namespace };
  const likely = likelyLayout(root, asked && [asked]) ?? fallback;
  if (!likely) {
    const message = `Nenhum leiaute conhecido começa com ${localName(root)}.`;
    return verdict([{ source: 'layout', code: 'unknown-document', message, path: `/${localName(root)}` }], false);
  }
  const { layout, namespace, rules } = likely;
  const check = schemas === undefined ? undefined : await officialSchema(schemas, layout.name, localName(root));
  if (schemas !== undefined && !check) {
    throw new UsageError(`${schemas} não tem o esquema oficial de ${localName(root)} (${layout.name}).`);
  }
  const refused = check?.(xml);
  const complaints: readonly Complaint[] = [
    ...validateLayout(layout, root, { namespace })
      .filter((problem) => !isVendorsItem(problem))
      .map(({ at, ...problem }) => ({ source: 'layout' as const, ...problem, ...positionOf(xml, at) })),
    ...(refused === undefined ? [] : [{ source: 'schema' as const, code: 'schema', message: refused.trim() }]),
    ...rules(root).map(({ at, ...problem }) => ({ source: 'rules' as const, ...problem, ...positionOf(xml, at) })),
  ];
  return { layout: layout.name, namespace, ...verdict(complaints, check !== undefined) };
}

/** Some vendors want the six digits of the national list where the model has the item alone. */
function isVendorsItem({ path, found }: Problem): boolean {
  return path.startsWith(`/${RPS}/`) && path.endsWith('/ItemListaServico') && serviceCode(found ?? '') !== undefined;
}

function verdict(problems: readonly Complaint[], schema: boolean) {
  return { valid: problems.length === 0, schema, problems };
}

function print({ file: name, enveloped, layout, schema, problems }: Result, output: Output): void {
  const file = enveloped ? `${name} (no envelope)` : name;
  for (const { line, column, path, code, message } of problems) {
    const place = line === undefined ? file : `${file}:${line}:${column}`;
    output.out(`${place}: ${message} [${code}]${path === undefined ? '' : ` ${path}`}`);
  }
  const judges = schema ? 'o leiaute, o esquema oficial e as regras' : 'o leiaute e as regras';
  if (problems.length === 0) output.out(`${file}: de acordo com ${judges} (${layout}).`);
}
