import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { ACCESS, type Role } from '../../src/handlers/access.ts';
import { routes } from '../../src/handlers/routes.ts';
import { rolesOf } from '../../test/rights/roles.ts';
import {
  DOCUMENT_TAMPERINGS,
  expectationOf,
  expectationOfSeal,
  SEAL_TAMPERINGS,
  type SealTampering,
} from '../../test/tampering/tamperings.ts';
import { touchesOf } from '../../test/touches.ts';
import { functionNames } from '../functions.ts';
import { resources, templatesOf } from './synthesized.ts';

const project = join(import.meta.dirname, '../..');
const textOf = (file: string) => readFileSync(join(project, file), 'utf8');

/** What proves a row of the table "Who could change what". */
interface Proof {
  /** What the roles that the row names may do where an audit or a report reads. No other role may do it. */
  readonly rights?: readonly string[];
  /** The same of the handlers that a token of these roles reaches. */
  readonly tokenOf?: { readonly roles: readonly Role[]; readonly rights: readonly string[] };
  /** Tests of what the row says besides. */
  readonly tests?: readonly (readonly [file: string, title: string])[];
  /** Tamperings that no audit finds. They are why the last cell is not empty. */
  readonly notFindable?: readonly string[];
  /** Why no tampering can show what the last cell says. */
  readonly inherent?: string;
}

const APPENDS = ['PutItem DocumentsTable', 'PutItem EventsTable'];
const TRUE_ACTOR = ['test/history.test.ts', 'tells every event: what, when, who, by which request'] as const;
const UNTRUE = 'what is untrue from the start was never changed';

const PROOFS: Readonly<Record<string, Proof>> = {
  client: {
    tokenOf: { roles: ['client'], rights: [...APPENDS, 'ExecuteStatement ReportingCluster'] },
    tests: [TRUE_ACTOR, ['test/access.test.ts', '$name tells a $role of another company nothing']],
    inherent: UNTRUE,
  },
  'operator, ops, admin': {
    tokenOf: {
      roles: ['operator', 'ops', 'admin'],
      // A replay of a projection writes the rows that the events give.
      rights: [...APPENDS, 'ExecuteStatement ReportingCluster', 'PutItem InvoicesTable'],
    },
    tests: [TRUE_ACTOR, ['test/access.test.ts', '$name as $role is as the table says']],
    inherent: UNTRUE,
  },
  auditor: { tokenOf: { roles: ['auditor'], rights: ['ExecuteStatement ReportingCluster'] } },
  'EmitFn, CancelFn, RetryFn, ProcessorFn, the worker': {
    rights: ['PutItem EventsTable'],
    tests: [['src/handlers/stream-batch.spec.ts', 'counts a %s of an event, and projects nothing of it']],
    inherent: UNTRUE,
  },
  'EmitFn, RetryFn, ArchiveFn, the worker': {
    rights: ['PutItem DocumentsTable'],
    tests: [['cdk/spec/stateful.spec.ts', '%s are never written over, by nobody']],
  },
  'ProjectorFn, ProjectionsFn, ReconcileFn': { rights: ['PutItem InvoicesTable', 'UpdateItem InvoicesTable'] },
  SealFn: { rights: ['PutItem SealsTable', 'PutObject SealsBucket'] },
  'ReportFn, FeedFn, ProjectionsFn, ReportingProjectorFn, MigrateFn': { rights: ['ExecuteStatement ReportingCluster'] },
  'the other functions': { rights: [] },
  'administrator of DynamoDB': {
    notFindable: [
      'a commit put in at the end, and into the projection',
      'the end cut off, and the projection set back',
      'the whole history replaced consistently, and the projection with it',
      'the whole history replaced by one of today, which is not sealed yet, and the projection with it',
      'the whole history deleted, and the projection with it',
    ],
    tests: [
      ['src/handlers/stream-batch.spec.ts', 'counts a %s of an event, and projects nothing of it'],
      [
        'test/reporting/reported-commits.test.ts',
        'alone finds what was replaced or deleted along with the row before its day is sealed',
      ],
    ],
  },
  'administrator of PostgreSQL': {
    tests: [
      ['test/reporting/reported-commits.test.ts', 'goes on where somebody wrote a text into the copies that is no id'],
    ],
  },
  'administrator of the account': {
    notFindable: ['a seal made again after the history and its row were replaced'],
    tests: [
      ['cdk/spec/stateful.spec.ts', 'are sealed where not even the root user can take a seal away'],
      [
        'test/seal-evidence.test.ts',
        'finds a history that was rewritten with its row, whose seals were deleted and made again',
      ],
    ],
  },
};

interface Row {
  readonly actor: string;
  readonly found: string;
  readonly nothingFinds: string;
}

function rowsOf(heading: string): readonly Row[] {
  const lines = textOf('docs/auditor.md').split('\n');
  const start = lines.indexOf(heading) + 2;
  return lines.slice(start, lines.indexOf('', start)).map((line) => {
    const [, actor = '', , found = '', nothingFinds = ''] = line.split('|').map((cell) => cell.trim());
    return { actor, found, nothingFinds };
  });
}

const ROWS = rowsOf('| actor | could change | found | nothing finds |');
const TOUCHES = touchesOf({} as never, '2026-11-24');
const SEALS = Object.keys(SEAL_TAMPERINGS) as SealTampering[];

/** Kinds of findings that `npm run chaos -- tamper` provokes, each by a tampering that the next table of the page names. */
const PROVOKED: ReadonlySet<string | undefined> = new Set([
  ...TOUCHES.flatMap(({ found, foundBeforeSeal = [] }) => [...found, ...foundBeforeSeal]).map(({ kind }) => kind),
  ...Object.values(DOCUMENT_TAMPERINGS).map(({ kind }) => kind),
  ...SEALS.map((tampering) => expectationOfSeal(tampering).finding),
]);

/** Kinds of findings that need what its ledger has not: a reporting database, a bucket with versions. */
const PROVOKED_ELSEWHERE: Readonly<Record<string, string>> = {
  'other-than-reported': 'test/reporting/reported-commits.test.ts',
  'reported-commit-gone': 'test/reporting/reported-commits.test.ts',
  'not-reported': 'test/reporting/reported-commits.test.ts',
  'seal-overwritten': 'src/platform/seal-store.spec.ts',
  'seal-deleted': 'src/platform/seal-store.spec.ts',
};

/** What the cells name in the form of a finding and is none: a command, and a member of an event. */
const NO_FINDINGS = ['audit verify', '--expect-seal', 'actor'];

const NOT_FINDABLE: readonly string[] = [
  ...TOUCHES.filter((touch) =>
    (['before', 'after'] as const).some((moment) => expectationOf(touch, moment).verdict === 'not findable'),
  ).map(({ title }) => title),
  ...SEALS.filter((tampering) => expectationOfSeal(tampering).verdict === 'not findable').map((one) => `a seal ${one}`),
];

let roles: ReadonlyMap<string, readonly string[]>;
let metricsWithAlarm: readonly string[];
beforeAll(() => {
  const templates = templatesOf('prod');
  roles = rolesOf(templates);
  metricsWithAlarm = resources(templates.stateless, 'AWS::CloudWatch::Alarm').map(
    ([, { Properties }]) => Properties.MetricName,
  );
});

/** What a role may do to what an audit or a report reads: `PutItem EventsTable`. Links lead to copies below `downloads/`, which nobody reads back. */
function writesOf(role: string): readonly string[] {
  const writes = (roles.get(role) ?? []).flatMap((line) => {
    const [, actions = '', on = ''] = /^\w[\w-]*:(\S+) (.*)$/.exec(line) ?? [];
    return actions
      .split(',')
      .filter((action) => /^(?:Put|Update|Delete|BatchWrite|Transact|ExecuteStatement|PartiQL)/.test(action))
      .flatMap((action) =>
        on
          .split(' ')
          .filter((name) => !name.startsWith('DocsBucket'))
          .map((name) => `${action} ${name.replace(/-\*$|\/.*$/, '')}`),
      )
      .filter((write) => /(?:Events|Invoices|Documents|Seals)Table|SealsBucket|ReportingCluster/.test(write));
  });
  return [...new Set(writes)].sort();
}

const titleOf = (role: string) =>
  role === 'WorkerTask'
    ? 'the worker'
    : `${role.replaceAll(/(?:^|-)(\w)/g, (_, first: string) => first.toUpperCase())}Fn`;
const HOLDERS = [...functionNames, 'WorkerTask'];

describe('who could change what, as docs/auditor.md has it', () => {
  it('has a proof for each row, and a row for each proof', () =>
    expect(ROWS.map(({ actor }) => actor)).toEqual(Object.keys(PROOFS)));

  it.each(ROWS)('$actor: the rights are those of the templates, and nobody else has them', ({ actor }) => {
    const { rights } = PROOFS[actor] ?? {};
    if (rights === undefined) return expect(actor).not.toMatch(/Fn|worker|functions/);
    const named = ROWS.flatMap((row) => row.actor.split(', '));
    const isNamed = (role: string) => actor.split(', ').includes(titleOf(role));
    if (rights.length === 0) {
      const others = HOLDERS.filter((role) => !named.includes(titleOf(role)));
      return expect(others.filter((role) => writesOf(role).length > 0)).toEqual([]);
    }
    const may = HOLDERS.filter((role) => writesOf(role).some((write) => rights.includes(write)));
    expect(may.map(titleOf).sort()).toEqual(HOLDERS.filter(isNamed).map(titleOf).sort());
    expect(actor.split(', ').sort()).toEqual(may.map(titleOf).sort());
  });

  it('names each right to write that any role has', () => {
    const listed = Object.values(PROOFS).flatMap(({ rights = [] }) => rights);
    expect([...new Set([...roles.keys()].flatMap(writesOf))].sort()).toEqual([...new Set(listed)].sort());
  });

  it.each(ROWS.filter(({ actor }) => PROOFS[actor]?.tokenOf))('$actor: a token reaches no other right', ({ actor }) => {
    const { tokenOf } = PROOFS[actor] as Proof;
    const reached = routes.filter(({ handler }) => {
      const allowed: readonly Role[] | 'anyone' = ACCESS[handler];
      return allowed === 'anyone' || tokenOf?.roles.some((role) => allowed.includes(role));
    });
    const writes = reached.flatMap(({ handler }) => writesOf(handler));
    expect([...new Set(writes)].sort()).toEqual([...(tokenOf?.rights ?? [])].sort());
    if (actor === 'auditor') expect(new Set(reached.map(({ method }) => method))).toEqual(new Set(['GET']));
  });

  it.each(ROWS)('$actor: each finding is provoked by a test, and each metric has an alarm', ({ found }) => {
    const named = [...found.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name);
    for (const name of named.filter((one) => !NO_FINDINGS.includes(one))) {
      const file = PROVOKED_ELSEWHERE[name];
      const proven =
        file === undefined ? PROVOKED.has(name) || metricsWithAlarm.includes(name) : textOf(file).includes(`'${name}'`);
      expect([name, proven]).toEqual([name, true]);
    }
  });

  it.each(ROWS)('$actor: what the row says besides has its test', ({ actor }) => {
    for (const [file, title] of PROOFS[actor]?.tests ?? []) expect(textOf(file)).toContain(`'${title}'`);
  });

  it.each(ROWS)('$actor: what nothing finds is what no audit finds', ({ actor, nothingFinds }) => {
    const { notFindable = [], inherent } = PROOFS[actor] ?? {};
    expect(nothingFinds !== '').toBe(notFindable.length > 0 || inherent !== undefined);
    expect(NOT_FINDABLE).toEqual(expect.arrayContaining([...notFindable]));
  });

  it('tells of each tampering that no audit finds', () =>
    expect(
      Object.values(PROOFS)
        .flatMap(({ notFindable = [] }) => notFindable)
        .sort(),
    ).toEqual([...NOT_FINDABLE].sort()));
});
