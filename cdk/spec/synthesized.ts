import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { ContainerImage } from 'aws-cdk-lib/aws-ecs';
import { Code } from 'aws-cdk-lib/aws-lambda';
import cdkJson from '../../cdk.json' with { type: 'json' };
import { addStacks, type Stacks } from '../app.ts';
import { type EnvironmentName, type Settings, settingsOf } from '../settings.ts';

/**
 * The app as the command line makes it, with the flags of cdk.json.
 *
 * @param validated against CloudFormation's own schemas, which takes some eight seconds of processor time
 */
export const newApp = (validated = false): App =>
  new App({ context: cdkJson.context, analyticsReporting: false, builtinCloudFormationValidation: validated });

/** Settings by which each family of providers has workers of its own. */
export function perProvider(environment: EnvironmentName): Settings {
  const settings = settingsOf(environment);
  return { ...settings, worker: { ...settings.worker, services: 'per-provider' } };
}

/** The stacks of an environment with a line of code in each function and somebody else's image: what is asserted is in neither. */
export function stacksIn(app: App, settings: Settings, page = '/nowhere'): Stacks {
  return addStacks(app, settings, {
    code: () => Code.fromInline('exports.handler = async () => {}'),
    workerImage: ContainerImage.fromRegistry('worker'),
    page,
  });
}

export interface Templates {
  readonly stateful: Template;
  readonly stateless: Template;
  readonly web: Template;
}

export function templatesOf(environment: EnvironmentName, page?: string): Templates {
  return templatesWith(settingsOf(environment), page);
}

export function templatesWith(settings: Settings, page?: string): Templates {
  const { stateful, stateless, web } = stacksIn(newApp(), settings, page);
  return {
    stateful: Template.fromStack(stateful),
    stateless: Template.fromStack(stateless),
    web: Template.fromStack(web),
  };
}

export interface Resource {
  readonly Type: string;
  // biome-ignore lint/suspicious/noExplicitAny: a template's resource has whatever its type has
  readonly Properties: Readonly<Record<string, any>>;
  readonly DeletionPolicy?: string;
}

/** The one resource of a type, or the one whose logical id is named so. */
export function only(template: Template, type: string, named = /^/): Resource {
  const [[, resource] = [], ...others] = resources(template, type).filter(([id]) => named.test(id));
  if (!resource || others.length > 0) throw new Error(`There is not exactly one ${type} named ${named}`);
  return resource;
}

/** Resources of a type by their logical id. */
export function resources(template: Template, type: string): [string, Resource][] {
  return Object.entries(template.findResources(type)) as unknown as [string, Resource][];
}
