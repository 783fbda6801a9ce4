import type { MessageStyle } from '../abrasf/messages.ts';
import type { RpsStyle } from '../abrasf/rps-document.ts';
import type { Dialect } from './schema.ts';

/** How a dialect writes an RPS. */
export function rpsStyleOf(dialect: Dialect): RpsStyle {
  const { layout, namespaces, serviceItem, competence, lineBreak, limits } = dialect;
  return {
    layout,
    namespace: namespaces.types ?? namespaces.messages,
    serviceItem,
    competence,
    lineBreak,
    descriptionCharacters: limits.descriptionCharacters,
  };
}

/** How a dialect writes the messages around it. */
export function messageStyleOf(dialect: Dialect): MessageStyle {
  const { layout, version, namespaces, batchVersion } = dialect;
  return {
    layout,
    version: version ?? layout,
    rootNamespace: namespaces.root,
    messageNamespace: namespaces.messages,
    typeNamespace: namespaces.types ?? namespaces.messages,
    batchVersion,
  };
}
