import type { MessageStyle } from '../../../nfse/abrasf/messages.ts';
import type { AbrasfOperation } from '../../../nfse/abrasf/operations.ts';
import { messageStyleOf } from '../../../nfse/municipality-profiles/dialect-styles.ts';
import { endpointOf } from '../../../nfse/municipality-profiles/endpoint.ts';
import type { AbrasfProfile, Environment } from '../../../nfse/municipality-profiles/profiles.ts';
import type { Transport } from '../transport.ts';
import { type CityHall, call, type Reply } from './call.ts';

/** Which elements of a message are to be signed, and how: the city's wish. */
export interface SigningWish {
  /** Local names, the inner ones first; or the document as a whole. */
  readonly elements: readonly string[] | 'document';
  readonly exclusive: boolean;
  readonly hash: 'sha1' | 'sha256';
}

export interface AbrasfSettings {
  readonly transport: Transport;
  readonly profile: AbrasfProfile;
  readonly environment: Environment;
  /** Signs a message in the company's name, the same bytes each time. Without it messages go unsigned. */
  readonly sign?: (xml: string, wish: SigningWish) => string;
}

/** What the verbs share. */
export interface Desk extends CityHall {
  readonly profile: AbrasfProfile;
  readonly style: MessageStyle;
  readonly sign: (xml: string, ...elements: readonly (string | false)[]) => string;
  readonly signDocument: (xml: string) => string;
}

/** @throws RangeError for a city without an address in the environment */
export function deskOf({ transport, profile, environment, sign }: AbrasfSettings): Desk {
  const endpoint = endpointOf(profile, environment);
  if (!endpoint) throw new RangeError(`${profile.name} has no address in environment ${environment}`);
  const { dialect } = profile;
  const { exclusive, hash } = dialect.signature;
  return {
    transport,
    dialect,
    endpoint,
    environment,
    profile,
    style: messageStyleOf(dialect),
    sign: (xml, ...wanted) => {
      const elements = wanted.filter((element) => element !== false);
      return sign && elements.length > 0 ? sign(xml, { elements, exclusive, hash }) : xml;
    },
    signDocument: (xml) => (sign ? sign(xml, { elements: 'document', exclusive, hash }) : xml),
  };
}

/** Asks the city hall a question, signed where its dialect wants that. */
export function ask(desk: Desk, operation: AbrasfOperation, question: string): Promise<Reply> {
  return call(desk, operation, desk.dialect.signature.questions ? desk.signDocument(question) : question);
}
