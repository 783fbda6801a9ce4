import { type App, Tags, Validations } from 'aws-cdk-lib';
import type { ContainerImage } from 'aws-cdk-lib/aws-ecs';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import type { CodeOf } from './constructs/ledger-function.ts';
import type { Settings } from './settings.ts';
import { StatefulStack } from './stacks/stateful.ts';
import { StatelessStack } from './stacks/stateless.ts';
import { WebStack } from './stacks/web.ts';

export interface Sources {
  readonly code: CodeOf;
  readonly workerImage: ContainerImage;
  /** Folder of the built web page, which need not be there. */
  readonly page: string;
}

export interface Stacks {
  readonly stateful: StatefulStack;
  readonly stateless: StatelessStack;
  readonly web: WebStack;
}

/** The stacks of one environment. They name a region and no account: they go to the account whose credentials deploy them. */
export function addStacks(app: App, settings: Settings, sources: Sources): Stacks {
  const { environment, region, tags } = settings;
  const env = { region };
  const named = (stack: string) => `nfse-ledger-${environment}-${stack}`;
  const stateful = new StatefulStack(app, named('stateful'), settings, {
    env,
    description: 'nfse-ledger: data, users, keys and addresses',
    code: sources.code,
  });
  const stateless = new StatelessStack(app, named('stateless'), {
    env,
    description: 'nfse-ledger: functions, API, workflow, worker and alarms',
    settings,
    stateful,
    ...sources,
  });
  const web = new WebStack(app, named('web'), {
    env: { region: 'us-east-1' },
    description: 'nfse-ledger: the web page',
    settings,
    page: sources.page,
  });
  for (const [name, value] of Object.entries({ application: 'nfse-ledger', environment, ...tags })) {
    Tags.of(app).add(name, value);
  }
  return { stateful, stateless, web };
}

/** Rules that the templates are held against. A finding that nobody has acknowledged with a reason fails the synthesis. */
export function addSecurityRules(app: App): void {
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new ServerlessChecks(app));
}
