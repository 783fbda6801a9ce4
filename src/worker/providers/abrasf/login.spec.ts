import { describe, expect, it } from 'vitest';
import { invoiceId } from '../../../../test/invoices.ts';
import { element, writeFragment, xmlText } from '../../../nfse/xml-writer.ts';
import { recorded } from '../../evidence.ts';
import type { HttpRequest } from '../transport.ts';
import { loginBlank, withLogin } from './login.ts';

const place = { user: 'username', password: 'password' };
const login = { user: '11222333000181', password: 'a<b&$&"c' };

/** A call over a transport that fills in the login, below one that keeps what passes. */
async function exchanged(body: string, answer: (sent: string) => string) {
  const kept: string[] = [];
  const sent: HttpRequest[] = [];
  const city = withLogin(
    async (request) => {
      sent.push(request);
      return { status: 200, headers: {}, body: answer(request.body ?? '') };
    },
    place,
    login,
  );
  const documents = {
    put: async (_: string, content: string) => {
      kept.push(content);
    },
    get: async () => expect.fail('nothing is read'),
  };
  const { transport } = recorded(city, documents, invoiceId, () => new Date(0));
  const response = await transport({ method: 'POST', path: '/nfse', body });
  return { kept: kept.join(), sent: sent[0]?.body, response };
}

describe('the login of a company at its city hall', () => {
  it('is in what leaves, and not in what is kept', async () => {
    const { kept, sent } = await exchanged(writeFragment(element('op', {}, loginBlank(place))), () => '<ok/>');
    expect(sent).toBe('<op><username>11222333000181</username><password>a&lt;b&amp;$&amp;"c</password></op>');
    expect(kept).not.toContain(xmlText(login.password));
    expect(kept).not.toContain(login.user);
  });

  it.each([
    ['as elements', (xml: string) => xml],
    ['with prefixes', (xml: string) => xml.replaceAll(/<(\/?)(user|pass)/g, '<$1ns:$2')],
    ['as text', (xml: string) => xmlText(xml)],
  ])('is not kept of a city that gives it back %s', async (_, form) => {
    const plain = { ...login, password: 'segredo-1' };
    const { response } = await exchanged('<op/>', () =>
      form(`<op><username>${plain.user}</username><password>${plain.password}</password></op>`),
    );
    expect(response.body).not.toContain(plain.password);
    expect(response.body).not.toContain(plain.user);
  });

  it('cannot be had by an invoice that spells its blank', async () => {
    const description = xmlText('<?city-login password?>');
    const { sent } = await exchanged(`<op><Discriminacao>${description}</Discriminacao></op>`, () => '<ok/>');
    expect(sent).toContain(description);
    expect(sent).not.toContain(xmlText(login.password));
  });
});
