import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseXml, type XmlElement } from './xml.ts';
import {
  cdata,
  element,
  group,
  inNamespace,
  instruction,
  leaf,
  text,
  verbatim,
  writeFragment,
  writeXml,
  xmlText,
} from './xml-writer.ts';
import { canonicalForm } from './xmldsig/canonical-form.ts';

const DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>';

/** Characters in which writers of XML go wrong, and pieces that look like markup. */
const pieces = fc.constantFrom(
  ...['&', '<', '>', '"', "'", ';', '#', '\t', '\n', '\r', ' ', 'a', 'é', '🙂', ']]>', '<![CDATA[', '-->', '?>'],
  ...['&lt;', '&amp;', '&#13;', '&#xD;', '&nbsp;', '<?verbatim x?>', '<a/>', '{"a": 1}', '---', '@a', '$&', '$1'],
);
const texts = fc.oneof(
  fc.array(pieces, { maxLength: 12 }).map((some) => some.join('')),
  // What XML has no room for is not written: layouts and the API refuse it.
  fc.string({ unit: 'grapheme' }).filter((characters) => !/[^\P{Cc}\t\n\r]|[\uFFFE\uFFFF]/u.test(characters)),
);

interface Draft {
  readonly name: string;
  readonly id: string | undefined;
  readonly inside: string | readonly Draft[];
}
const { draft } = fc.letrec<{ draft: Draft }>((tie) => ({
  draft: fc.record({
    name: fc.constantFrom('a', 'bc', 'Município', 'nfse_web_service.X', 'e101101'),
    id: fc.option(texts, { nil: undefined }),
    inside: fc.oneof({ depthSize: 'small' }, texts, fc.array(tie('draft'), { maxLength: 4 })),
  }),
}));

/** The draft as its own tree, without a detour through text. */
function treeOf({ name, id, inside }: Draft, xmlns?: string): XmlElement {
  const children = typeof inside === 'string' ? [] : inside.map((child) => treeOf(child));
  return {
    name,
    attributes: { ...(xmlns && { xmlns }), ...(id !== undefined && { Id: id }) },
    children,
    text: typeof inside === 'string' ? inside : '',
    content: typeof inside === 'string' ? [inside] : children,
    start: 0,
    end: 0,
  };
}

function contentOf({ name, id, inside }: Draft): ReturnType<typeof element> {
  const content = typeof inside === 'string' ? [text(inside)] : inside.map(contentOf);
  return element(name, id === undefined ? {} : { Id: id }, ...content);
}

describe('a document of ours', () => {
  it('is the canonical form of what was to be written, but that ">" is escaped in attributes too', () => {
    fc.assert(
      fc.property(draft, fc.constantFrom(undefined, 'http://www.sped.fazenda.gov.br/nfse'), (root, namespace) => {
        const canonical = canonicalForm([treeOf(root, namespace)], { exclusive: false, comments: false });
        const expected = canonical.replace(/(?<= Id=")[^"]*/g, (value) => value.replaceAll('>', '&gt;'));
        expect(writeXml(inNamespace(namespace ?? null, contentOf(root)))).toBe(DECLARATION + expected);
      }),
      { numRuns: 500 },
    );
  });

  it('gives back any text and any attribute that was written into it', () => {
    fc.assert(
      fc.property(texts, texts, (content, attribute) => {
        const { text: read, attributes } = parseXml(writeXml(element('a', { b: attribute }, text(content))));
        expect([read, attributes.b]).toEqual([content, attribute]);
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ['markup', `<a b="c">&'`, `&lt;a b="c"&gt;&amp;'`],
    ['what looks like references', '&lt; &#13; &#xD; &nbsp; &', '&amp;lt; &amp;#13; &amp;#xD; &amp;nbsp; &amp;'],
    ['the end of a CDATA section', ']]>', ']]&gt;'],
    ['a carriage return', 'a\r\nb', 'a&#xD;\nb'],
    ['what holds the place of bytes', '<?verbatim x?>', '&lt;?verbatim x?&gt;'],
    ['a replacement pattern', "$& $1 $$ $'", "$&amp; $1 $$ $'"],
    [
      'control characters, which it leaves to whoever checks the text',
      '\u0000\u0001\u001F\u007F',
      '\u0000\u0001\u001F\u007F',
    ],
    ['half a character, likewise', 'a\uD800b\uFFFF', 'a\uD800b\uFFFF'],
    ['nothing', '', ''],
  ])('writes as text %s', (_, characters, written) => {
    expect(xmlText(characters)).toBe(written);
    expect(writeFragment(element('a', {}, text(characters)))).toBe(`<a>${written}</a>`);
  });

  it('writes in an attribute quotes, tabs and line ends as references', () =>
    expect(writeFragment(element('a', { b: `"'<>&\t\n\r&#13;` }))).toBe(
      `<a b="&quot;'&lt;&gt;&amp;&#x9;&#xA;&#xD;&amp;#13;"></a>`,
    ));

  it('has no element where there is nothing to say', () => {
    expect(group('a', leaf('b', undefined), leaf('c', ''), undefined)).toBeUndefined();
    expect(writeFragment(element('z', {}, group('a', leaf('b', 0), leaf('c', '<'))))).toBe(
      '<z><a><b>0</b><c>&lt;</c></a></z>',
    );
  });

  it('says its encoding as it is asked to', () =>
    expect(writeXml(element('a', {}), 'utf-8')).toBe('<?xml version="1.0" encoding="utf-8"?><a></a>'));
});

describe('a namespace', () => {
  it('is declared where it begins, before other attributes, and not again', () =>
    expect(
      writeFragment(
        inNamespace('urn:m', element('m', { v: '1' }, inNamespace('urn:t', group('t', leaf('u', 1)), leaf('w', 2)))),
      ),
    ).toBe('<m xmlns="urn:m" v="1"><t xmlns="urn:t"><u>1</u></t><w xmlns="urn:t">2</w></m>'));

  it('with a prefix leaves what is inside without one', () =>
    expect(writeFragment(inNamespace('urn:e', element('e:a', {}, inNamespace(null, leaf('b', 1)))))).toBe(
      '<e:a xmlns:e="urn:e"><b>1</b></e:a>',
    ));

  it('ends where there is none', () =>
    expect(writeFragment(inNamespace('urn:e', element('a', {}, inNamespace(null, leaf('b', 1)))))).toBe(
      '<a xmlns="urn:e"><b xmlns="">1</b></a>',
    ));

  it('of none is said at the root alone, where a city says so', () =>
    expect(writeFragment(inNamespace('', element('a', { b: '1' }, leaf('c', 1))))).toBe(
      '<a xmlns="" b="1"><c>1</c></a>',
    ));
});

describe('CDATA', () => {
  it('gives back any text, in as many sections as it takes', () => {
    fc.assert(
      fc.property(
        texts.filter((characters) => characters !== '' && !characters.includes('\r')),
        (characters) => {
          const xml = writeFragment(element('a', {}, cdata(characters)));
          expect(xml).toBe(`<a><![CDATA[${characters.replaceAll(']]>', ']]]]><![CDATA[>')}]]></a>`);
          expect(parseXml(xml).text).toBe(characters);
        },
      ),
    );
  });
});

describe('what is text already', () => {
  it('keeps its bytes', () => {
    const signed = "<b  c='&#13;'>&#xD;\r\n<d/>$1 &amp;lt; <![CDATA[&#13; <x> ]]></b>";
    expect(writeFragment(element('a', {}, verbatim(signed), verbatim(''), leaf('e', 'f')))).toBe(
      `<a>${signed}<e>f</e></a>`,
    );
  });

  it('is refused when it holds a processing instruction, which would end its place', () =>
    expect(() => writeFragment(element('a', {}, verbatim('<b><?c?></b>')))).toThrow());

  it('stands beside blanks that are filled in later', () =>
    expect(writeFragment(element('a', {}, instruction('city-login', 'user')))).toBe('<a><?city-login user?></a>'));
});
