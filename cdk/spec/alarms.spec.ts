import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Resource, resources, templatesOf } from './synthesized.ts';

const project = join(import.meta.dirname, '../..');
const runbook = readFileSync(join(project, 'docs/runbook.md'), 'utf8');
const sections = [...runbook.matchAll(/^## (.+)$/gm)].map(([, title]) => title);

let alarms: Resource[];
beforeAll(() => {
  alarms = resources(templatesOf('prod').stateless, 'AWS::CloudWatch::Alarm')
    .map(([, alarm]) => alarm)
    // Those of the worker's scaling have no name of ours: they are for it, and not for a person.
    .filter(({ Properties }) => Properties.AlarmName !== undefined);
});

const kindOf = ({ Properties }: Resource) => /docs\/runbook\.md#([\w-]+)$/.exec(Properties.AlarmDescription)?.[1];

/** The source of what ships, in one text. */
function source(folder: string): string {
  return readdirSync(folder)
    .map((name) => join(folder, name))
    .map((path) =>
      statSync(path).isDirectory() ? source(path) : /(?<!\.spec)\.ts$/.test(path) ? readFileSync(path, 'utf8') : '',
    )
    .join('\n');
}

describe('the alarms', () => {
  it('each have their section in the runbook, and each section has its alarm', () => {
    expect(existsSync(join(project, 'docs/runbook.md'))).toBe(true);
    expect([...new Set(alarms.map(kindOf))].sort()).toEqual([...sections].sort());
  });

  it('tell the topic when they begin and when they end', () => {
    for (const { Properties } of alarms) {
      expect(Properties.AlarmActions, Properties.AlarmName).toHaveLength(1);
      expect(Properties.OKActions, Properties.AlarmName).toEqual(Properties.AlarmActions);
    }
  });

  it('watch metrics that our code writes, by their names', () => {
    const code = source(join(project, 'src'));
    const names = alarms.flatMap(({ Properties: { MetricName, Namespace, Metrics = [] } }) => [
      ...(Namespace === 'nfse-ledger' ? [MetricName as string] : []),
      ...(Metrics as { Expression?: string }[]).flatMap(
        ({ Expression = '' }) => /SELECT \w+\((\w+)\)/.exec(Expression)?.[1] ?? [],
      ),
    ]);
    expect(new Set(names).size).toBeGreaterThan(8);
    for (const name of names) expect(code, name).toMatch(new RegExp(`\\b${name}: \\[`));
  });

  it('watch their own environment: an account may have several', () => {
    const own = alarms.filter(({ Properties }) => Properties.Namespace === 'nfse-ledger');
    expect(own.length).toBeGreaterThan(8);
    for (const { Properties } of own) {
      expect(Properties.Dimensions, Properties.AlarmName).toContainEqual({ Name: 'environment', Value: 'prod' });
      expect(Properties.Dimensions, Properties.AlarmName).toContainEqual({ Name: 'service', Value: 'nfse-ledger' });
    }
    const queries = alarms.flatMap(({ Properties }) => Properties.Metrics ?? []).map(({ Expression }) => Expression);
    for (const query of queries.filter((text) => text?.includes('"nfse-ledger"'))) {
      expect(query).toContain("WHERE environment = 'prod'");
    }
  });
});
