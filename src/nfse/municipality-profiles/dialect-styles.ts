import type { MessageStyle } from '../abrasf/messages.ts';
import type { RpsPlaces, RpsStyle } from '../abrasf/rps-document.ts';
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
    places: placesOf(dialect),
    taxReform: dialect.taxReform,
  };
}

/** The second model got these with 2.03; the first never had them. */
function placesOf({ layout, version = layout, taxReform }: Dialect): RpsPlaces {
  const since203 = layout !== '1.00' && version >= '2.03';
  // WebISS put the code into its 2.02 with the places for IBS and CBS.
  return {
    nbsCode: since203 || taxReform === 'webiss',
    totalTaxes: since203,
    foreignNumber: since203,
    intermediaryPlace: since203,
  };
}

/** How a dialect writes the messages around it. */
export function messageStyleOf(dialect: Dialect): MessageStyle {
  const { layout, version, namespaces, batchVersion, noteQuestionGroup, cancellation } = dialect;
  return {
    layout,
    version: version ?? layout,
    rootNamespace: namespaces.root,
    messageNamespace: namespaces.messages,
    typeNamespace: namespaces.types ?? namespaces.messages,
    batchVersion,
    noteQuestionGroup,
    nationalReasonNames: cancellation.nationalReason,
  };
}
