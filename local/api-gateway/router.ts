import type { Route } from '../../src/handlers/routes.ts';

export type Match =
  | { readonly kind: 'route'; readonly route: Route; readonly params: Readonly<Record<string, string>> }
  /** The path is known, not with this method: the ones it has. */
  | { readonly kind: 'other-method'; readonly allow: readonly string[] }
  | { readonly kind: 'none' };

const PARAMETER = /^\{(\w+)\}$/;

/** Finds the route for a method and the decoded segments of a path. */
export function match(routes: readonly Route[], method: string, segments: readonly string[]): Match {
  const here = routes.flatMap((route) => {
    const params = paramsOf(route.path, segments);
    return params ? [{ kind: 'route' as const, route, params }] : [];
  });
  const found = here.find(({ route }) => route.method === method);
  if (found) return found;
  return here.length > 0 ? { kind: 'other-method', allow: here.map(({ route }) => route.method) } : { kind: 'none' };
}

function paramsOf(template: string, segments: readonly string[]): Record<string, string> | undefined {
  const parts = template.slice(1).split('/');
  if (parts.length !== segments.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, part] of parts.entries()) {
    const segment = segments[index] ?? '';
    const name = PARAMETER.exec(part)?.[1];
    if (name === undefined ? part !== segment : segment === '') return undefined;
    if (name !== undefined) params[name] = segment;
  }
  return params;
}
