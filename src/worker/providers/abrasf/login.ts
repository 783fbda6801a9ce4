import type { CityLogin } from '../../../commands/company-ports.ts';
import type { LoginPlace } from '../../../nfse/municipality-profiles/schema.ts';
import { element, inNamespace, instruction, type XmlContent, xmlText } from '../../../nfse/xml-writer.ts';
import type { Transport } from '../transport.ts';

/**
 * What stands for user and password until a call leaves. Text from an invoice is escaped wherever it goes, so that none can hold a
 * processing instruction and have the password put into a note.
 */
const TARGET = 'city-login';
const USER = `<?${TARGET} user?>`;
const PASSWORD = `<?${TARGET} password?>`;

/** The login's elements with blanks in them: what a provider writes, and what is kept of a call. */
export function loginBlank({ user, password, group, namespace }: LoginPlace): XmlContent {
  const blanks = [
    element(user, {}, instruction(TARGET, 'user')),
    element(password, {}, instruction(TARGET, 'password')),
  ];
  const fields: XmlContent = (parent, around) => inNamespace(namespace ?? around, ...blanks)(parent, around);
  return group === undefined ? fields : element(group, {}, fields);
}

/**
 * A transport that fills in the blanks at the last moment. Whatever is around it, and keeps what passes, never sees user and
 * password; a city that gives them back in elements of these names gives back blanks.
 */
export function withLogin(transport: Transport, place: LoginPlace, login: CityLogin): Transport {
  const echo = new RegExp(
    `((?:<|&lt;)(?:[\\w.-]+:)?(?:${name(place.user)}|${name(place.password)})(?:>|&gt;))[^<&]+`,
    'g',
  );
  return async (request) => {
    const body = request.body
      ?.replaceAll(USER, () => xmlText(login.user))
      .replaceAll(PASSWORD, () => xmlText(login.password));
    const response = await transport(body === undefined ? request : { ...request, body });
    return { ...response, body: response.body.replace(echo, '$1') };
  };
}

function name(element: string): string {
  return element.replaceAll('.', '\\.');
}
