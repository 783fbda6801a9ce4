import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { check, type Diagnostics } from 'recheck';
import { describe, expect, it } from 'vitest';
import { parseAst } from 'vitest/node';
import description from '../src/handlers/openapi.json' with { type: 'json' };

const root = path.dirname(import.meta.dirname);
/** Code that meets text from outside: requests, answers of authorities, documents, files, settings. */
const FOLDERS = ['src', 'local/api-gateway', 'cdk'];
const files = globSync(
  FOLDERS.map((folder) => `${folder}/**/*.ts`),
  { cwd: root },
).filter((file) => !/\.spec\.ts$/.test(file));

const CHECK_TIMEOUT_MS = 30_000;
/**
 * What a look-around keeps from being proven is tried out by the checker on texts of chance, and on a busy machine that finds slow what is
 * not. What is slow by proof stays so each time.
 */
const MAX_CHECKS = 3;
/** The checker judges one pattern on one core. */
const MAX_CONCURRENT_CHECKS = 2;

interface Pattern {
  readonly source: string;
  readonly flags: string;
  /** Where it stands first. */
  readonly at: string;
}

/** Patterns that are put together at each call, as they come out: `new RegExp` in no function is seen by importing its module. */
const PER_CALL: Readonly<Record<string, readonly string[]>> = {
  'src/worker/providers/abrasf/login.ts': [String.raw`((?:<|&lt;)(?:[\w.-]+:)?(?:username|password)(?:>|&gt;))[^<&]+`],
};

function patternsIn(code: string, file: string): { patterns: Pattern[]; composes: boolean } {
  const patterns: Pattern[] = [];
  let composes = false;
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    const { type, regex, callee, start } = node as {
      type?: string;
      regex?: { pattern: string; flags: string };
      callee?: { name?: string };
      start?: number;
    };
    const at = `${file}:${code.slice(0, start).split('\n').length}`;
    if (type === 'Literal' && regex) patterns.push({ source: regex.pattern, flags: regex.flags, at });
    if ((type === 'NewExpression' || type === 'CallExpression') && callee?.name === 'RegExp') composes = true;
    for (const child of Object.values(node)) if (typeof child === 'object') visit(child);
  };
  visit(parseAst(code, { lang: 'ts' }));
  return { patterns, composes };
}

/** Of a JSON schema, at any depth: what the library's own formats are checked by stands there too. */
function patternsOfSchema(node: unknown, at: string): Pattern[] {
  if (typeof node !== 'object' || node === null) return [];
  return Object.entries(node).flatMap(([name, value]) =>
    name === 'pattern' && typeof value === 'string'
      ? [{ source: value, flags: 'u', at }]
      : patternsOfSchema(value, `${at}/${name}`),
  );
}

async function verdictOn(source: string, flags: string): Promise<Diagnostics> {
  for (let checks = 1; ; checks++) {
    const found = await check(source, flags, { timeout: CHECK_TIMEOUT_MS });
    if (found.status === 'safe' || found.checker === 'automaton' || checks === MAX_CHECKS) return found;
  }
}

/** @returns a sentence about each pattern that may take more than linear time, or that could not be judged */
async function slowAmong(patterns: readonly Pattern[]): Promise<string[]> {
  const distinct = [...new Map(patterns.map((pattern) => [`${pattern.source}/${pattern.flags}`, pattern])).values()];
  const slow: string[] = [];
  const next = distinct.values();
  const worker = async () => {
    for (const { source, flags, at } of next) {
      const found = await verdictOn(source, flags);
      if (found.status === 'safe') continue;
      const why = found.status === 'vulnerable' ? found.complexity.summary : found.status;
      slow.push(`${at} /${source}/${flags}: ${why}`);
    }
  };
  await Promise.all(Array.from({ length: MAX_CONCURRENT_CHECKS }, worker));
  return slow;
}

/** Those that a module puts together while it loads. Literals do not pass through the constructor. */
async function composedBy(file: string): Promise<Pattern[]> {
  const made: Pattern[] = [];
  const original = globalThis.RegExp;
  globalThis.RegExp = new Proxy(original, {
    construct(target, [source, flags = ''], newTarget) {
      made.push({ source: String(source), flags, at: file });
      return Reflect.construct(target, [source, flags], newTarget);
    },
  });
  try {
    await import(path.join(root, file));
  } finally {
    globalThis.RegExp = original;
  }
  return made;
}

const found = files.map((file) => ({ file, ...patternsIn(readFileSync(path.join(root, file), 'utf8'), file) }));
const literals = found.flatMap(({ patterns }) => patterns);
const composing = found.filter(({ composes }) => composes).map(({ file }) => file);

describe('a pattern that meets text from outside', () => {
  it('takes linear time at most', async () => {
    expect(literals.length).toBeGreaterThan(200);
    const described = patternsOfSchema(description, 'src/handlers/openapi.json#');
    expect(await slowAmong([...literals, ...described])).toEqual([]);
  });

  it.each(composing)('takes linear time at most where %s puts it together', async (file) => {
    const patterns = PER_CALL[file]?.map((source) => ({ source, flags: '', at: file })) ?? (await composedBy(file));
    expect(patterns).not.toEqual([]);
    expect(await slowAmong(patterns)).toEqual([]);
  });

  it.each([
    ['of the square of the length', String.raw`/^[A-Za-z0-9+/\s]+={0,2}\s*$/`],
    ['that is exponential', '/^(a+)+$/'],
  ])('is found where it takes time %s', async (_, literal) => {
    const { patterns } = patternsIn(`const half = 1 / 2;\nconst checked: RegExp = ${literal};\n`, 'sample.ts');
    expect(await slowAmong(patterns)).toEqual([expect.stringMatching(/^sample\.ts:2 .*(polynomial|exponential)/)]);
  });
});
