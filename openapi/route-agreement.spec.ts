import type { Template } from 'aws-cdk-lib/assertions';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Resource, resources, templatesOf } from '../cdk/spec/synthesized.ts';
import { match } from '../local/api-gateway/router.ts';
import { ACCESS } from '../src/handlers/access.ts';
import document from '../src/handlers/openapi.json' with { type: 'json' };
import { routes } from '../src/handlers/routes.ts';
import { bodyOf, schemasOf } from './handler-schemas.ts';
import { requestModel } from './request-model.ts';

/** What one of the four says of a route. */
interface Said {
  readonly handler: string;
  readonly open: boolean;
  readonly body: boolean;
}

type Api = Readonly<Record<string, Said>>;

const fromEntries = (entries: readonly (readonly [string, Said])[]): Api =>
  Object.fromEntries([...entries].sort(([a], [b]) => (a < b ? -1 : 1)));

/** The methods of the template: their paths from the tree of resources, their functions from what they are integrated with. */
function deployed(template: Template): Api {
  const of = (type: string) => new Map<string, Resource>(resources(template, type));
  const parts = of('AWS::ApiGateway::Resource');
  const pathOf = (id: string | undefined): string => {
    const part = id === undefined ? undefined : parts.get(id);
    return part ? `${pathOf(part.Properties.ParentId.Ref)}/${part.Properties.PathPart}` : '';
  };
  const functions = new Map(
    [...of('AWS::Lambda::Function')].map(([id, { Properties }]) => [
      id,
      String(Properties.FunctionName ?? '').replace(/^nfse-ledger-[a-z]+-/, ''),
    ]),
  );
  return fromEntries(
    [...of('AWS::ApiGateway::Method').values()]
      .filter(({ Properties }) => Properties.HttpMethod !== 'OPTIONS')
      .map(({ Properties }) => {
        const uri = JSON.stringify(Properties.Integration.Uri);
        const handler = [...functions].find(([id]) => uri.includes(`"${id}"`))?.[1] ?? 'none';
        const open = Properties.AuthorizationType === 'NONE' && !Properties.ApiKeyRequired;
        const name = `${Properties.HttpMethod} ${pathOf(Properties.ResourceId.Ref)}`;
        return [name, { handler, open, body: Properties.RequestModels !== undefined }] as const;
      }),
  );
}

/** The document names operations, not handlers: which handler it means is told by whose role matrix and body it shows. */
function described(): Api {
  return fromEntries(
    Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods as Record<string, Operation>).map(([method, { security, requestBody, ...rest }]) => {
        const handler = routes.find((route) => route.path === path && route.method.toLowerCase() === method)?.handler;
        const allowed = handler && ACCESS[handler];
        expect(rest['x-roles'] ?? 'anyone', `${method} ${path}`).toEqual(allowed);
        return [
          `${method.toUpperCase()} ${path}`,
          { handler: handler ?? '', open: security?.length === 0, body: requestBody !== undefined },
        ] as const;
      }),
    ),
  );
}

interface Operation {
  readonly security?: readonly object[];
  readonly requestBody?: object;
  readonly 'x-roles'?: readonly string[];
}

/** What the local front does with a request to each path that the template has. */
async function served(template: Template): Promise<Api> {
  const entries = Object.keys(deployed(template)).map(async (name) => {
    const [method = '', path = ''] = name.split(' ');
    const found = match(routes, method, path.slice(1).replaceAll(/[{}]/g, '').split('/'));
    if (found.kind !== 'route') throw new Error(`The local front does not know ${name}`);
    const { handler, open } = found.route;
    return [name, { handler, open: open === true, body: (await bodyOf(found.route)) !== undefined }] as const;
  });
  return fromEntries(await Promise.all(entries));
}

describe('the API', () => {
  let template: Template;
  beforeAll(() => {
    ({ stateless: template } = templatesOf('prod'));
  });

  it('is the same in the template, in its description, at the local front and in the handlers, route by route', async () => {
    const inTemplate = deployed(template);
    expect(Object.keys(inTemplate)).toHaveLength(routes.length);
    expect(described()).toEqual(inTemplate);
    expect(await served(template)).toEqual(inTemplate);
    for (const { handler } of Object.values(inTemplate)) {
      expect(await schemasOf(handler), handler).toHaveProperty('handler');
    }
  });

  it("has in the template the models that are made of the description's bodies", () => {
    const models = resources(template, 'AWS::ApiGateway::Model').map(([, { Properties }]) => [
      Properties.Name,
      Properties.Schema,
    ]);
    const wanted = routes.flatMap(({ method, path }) => {
      const model = requestModel(document, method, path);
      return model ? [[model.name, model.schema]] : [];
    });
    expect(Object.fromEntries(models)).toEqual(Object.fromEntries(wanted));
  });
});
