import * as fc from 'fast-check';
import { type XmlElement as LibxmlElement, ParseOption, XmlC14NMode, XmlDocument } from 'libxml2-wasm';
import { describe, expect, it } from 'vitest';
import { sweepSize } from '../../../test/sweep-size.ts';
import { parseXml, type XmlElement, XmlError } from '../xml.ts';
import { type Canonicalization, canonicalForm } from './canonical-form.ts';

const inclusive: Canonicalization = { exclusive: false, comments: false };
const exclusive: Canonicalization = { exclusive: true, comments: false };

/** The element marked `apex`, after its ancestors. */
function apexOf(path: readonly XmlElement[]): readonly XmlElement[] | undefined {
  const element = path.at(-1);
  if (!element || 'apex' in element.attributes) return element && path;
  for (const child of element.children) {
    const found = apexOf([...path, child]);
    if (found) return found;
  }
  return undefined;
}

function ours(xml: string, canonicalization: Canonicalization): string {
  return canonicalForm(apexOf([parseXml(xml)]) ?? [], canonicalization);
}

/** `undefined` for a document whose namespaces libxml2 does not accept. */
function libxml2s(xml: string, { exclusive: isExclusive, comments }: Canonicalization): string | undefined {
  const document = XmlDocument.fromString(xml, { option: ParseOption.XML_PARSE_NONET });
  try {
    const apex = document.get('//*[@apex]') as LibxmlElement;
    const mode = isExclusive ? XmlC14NMode.XML_C14N_EXCLUSIVE_1_0 : XmlC14NMode.XML_C14N_1_0;
    return apex.canonicalizeToString({ mode, withComments: comments });
  } finally {
    document.dispose();
  }
}

/** Documents with everything that a canonical form has an opinion about. All prefixes are declared at the root. */
const attribute = fc.constantFrom(
  ' b="2"',
  ' a=\'"1"\'',
  ' p:b="3"',
  ' q:a="4"',
  ' xml:lang="pt"',
  ' xml:space = "preserve"',
  ' xmlns="urn:one"',
  ' xmlns=""',
  ' xmlns:p="urn:one"',
  ' xmlns:p="urn:two"',
  ' xmlns:r="urn:three"',
  ' é="&#10;&#9; &#13;&lt;&gt;&amp;\n"',
);
const attributes = fc
  .uniqueArray(attribute, { maxLength: 4, selector: (text) => text.trim().split(/\s*=/)[0] })
  .map((list) => list.join(''));
const text = fc.constantFrom(
  'x',
  '&amp;',
  '&#13;',
  '"\'',
  '&gt;&lt;',
  '\r\n',
  '\t',
  '<![CDATA[<&]]>',
  '<!-- c -->',
  'é😀',
);
const { tree } = fc.letrec<{ tree: string; content: string }>((tie) => ({
  content: fc.oneof({ depthSize: 'small' }, text, tie('tree')),
  tree: fc
    .tuple(fc.constantFrom('a', 'p:b', 'q:c'), attributes, fc.array(tie('content'), { maxLength: 4 }))
    .map(([name, given, content]) =>
      content.length === 0 ? `<${name}${given}/>` : `<${name}${given} >${content.join('')}</${name}\n>`,
    ),
}));
const documents = fc
  .tuple(attributes, tree, attributes, fc.array(tree, { maxLength: 3 }))
  .map(
    ([outer, before, inner, content]) =>
      `<root xmlns:p="urn:one" xmlns:q="urn:two"><o${outer}>${before}<i apex=""${inner}>${content.join('')}</i></o></root>`,
  );

describe('a canonical form', () => {
  it.each([
    ['inclusive', inclusive],
    ['inclusive with comments', { ...inclusive, comments: true }],
    ['exclusive', exclusive],
    ['exclusive with comments', { ...exclusive, comments: true }],
  ])('%s, is byte for byte that of libxml2', (_, canonicalization) => {
    fc.assert(
      fc.property(documents, (xml) => {
        let made: string;
        try {
          made = ours(xml, canonicalization);
        } catch (error) {
          // Two prefixes for one namespace can give an attribute twice; libxml2 refuses to read that.
          expect(error).toBeInstanceOf(XmlError);
          expect(() => libxml2s(xml, canonicalization), xml).toThrow();
          return;
        }
        expect(made, xml).toBe(libxml2s(xml, canonicalization));
      }),
      { numRuns: sweepSize(1_500, 300) },
    );
  });

  it('orders attributes by the bytes of their names, not by their UTF-16 units', () => {
    expect(ours('<a apex="" z="1" é="2" Z="3"/>', inclusive)).toBe('<a Z="3" apex="" z="1" é="2"></a>');
  });

  it.each([
    ['a prefix that is not declared', '<p:a apex=""/>'],
    ['an attribute with a prefix that is not declared', '<a apex="" p:b="1"/>'],
    ['one attribute under two prefixes', '<a apex="" xmlns:p="urn:u" xmlns:q="urn:u" p:b="1" q:b="2"/>'],
    ['a prefix declared as nothing', '<a apex="" xmlns:p=""/>'],
    ['a relative namespace', '<a apex="" xmlns="../one"/>'],
    ['another meaning of the prefix xml', '<a apex="" xmlns:xml="urn:one"/>'],
    ['namespaces without end', `<a apex=""${ns(16)}><a${ns(16, 'b')}><a${ns(16, 'c')}><a${ns(16, 'd')}/></a></a></a>`],
  ])('is refused for %s', (_, xml) => expect(() => ours(xml, inclusive)).toThrow(XmlError));

  it('stops growing where a long namespace would be repeated in every element', () => {
    const xml = `<a xmlns:p="urn:${'x'.repeat(100_000)}" apex="">${'<p:b/>'.repeat(10_000)}</a>`;
    const path = apexOf([parseXml(xml)]) ?? [];
    expect(() => canonicalForm(path, exclusive, { maxCharacters: 10 * xml.length })).toThrow(/too long/);
  });
});

function ns(many: number, letter = 'a'): string {
  return Array.from({ length: many }, (_, i) => ` xmlns:${letter}${i}="urn:${i}"`).join('');
}
