import * as fc from 'fast-check';
import { ParseOption, XmlDocument } from 'libxml2-wasm';
import { describe, expect, it } from 'vitest';
import { sweepSize } from '../../test/sweep-size.ts';
import { descend, parseXml, XmlError } from './xml.ts';

function readByLibxml2(xml: string): boolean {
  try {
    XmlDocument.fromString(xml, { option: ParseOption.XML_PARSE_NONET }).dispose();
    return true;
  } catch {
    return false;
  }
}

/** Pieces that make documents, and documents gone wrong. */
const pieces = fc.constantFrom(
  '<a>',
  '</a>',
  '<b x="1">',
  '</b>',
  '<c/>',
  '<d x="1" y=\'2\' />',
  'text',
  '&amp;',
  '&#xe1;',
  '&#0;',
  '&nope;',
  '&',
  ']]>',
  '<!-- c -->',
  '<!-- -- -->',
  '<!-->',
  '-->',
  '<!---->',
  '<!--x--->',
  '&toString;',
  '<![CDATA[<&]]>',
  '<',
  '>',
  ' ',
  '\u00a0',
  '\u0001',
  '<d x="1" x="2"/>',
  '<d x="<"/>',
  '<1/>',
  '<!DOCTYPE a>',
  '<?p i?>',
);

describe('a document from outside', () => {
  it('is read as elements, attributes and text', () => {
    const root = parseXml('<?xml version="1.0"?><a x="1 &lt; 2">p<b>q &amp; <![CDATA[<r>]]></b><!-- no --><c/></a>\n');
    expect(root.attributes).toEqual({ x: '1 < 2' });
    expect(descend(root, 'b')?.text).toBe('q & <r>');
    expect(root.children.map((child) => child.name)).toEqual(['b', 'c']);
    expect(descend(root, 'b', 'nothing')).toBeUndefined();
  });

  it('keeps the order of text, elements and comments, and where each element stands', () => {
    const xml = '<?xml version="1.0"?><!-- before --><a>p<b/>q<!-- r -->s</a>';
    const root = parseXml(xml);
    const b = root.children[0];
    expect(root.content).toEqual(['p', b, 'q', { comment: ' r ' }, 's']);
    expect(xml.slice(b?.start, b?.end)).toBe('<b/>');
    expect(xml.slice(root.start, root.end)).toBe('<a>p<b/>q<!-- r -->s</a>');
  });

  it('has one kind of line end, and blanks for white space in attributes', () => {
    const root = parseXml('<a x="1\r\n2\t3&#10;4">p\r\nq\rr&#13;</a>');
    expect(root.attributes.x).toBe('1 2 3\n4');
    expect(root.text).toBe('p\nq\nr\r');
  });

  it('may have accents in its names, as the ABRASF schema does', () => {
    expect(parseXml('<DescricaoCodigoTributacaoMunicípio/>').name).toBe('DescricaoCodigoTributacaoMunicípio');
  });

  it.each([
    ['a DTD', '<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>'],
    ['an unknown entity', '<a>&x;</a>'],
    ['an entity named like a property of objects', '<a>&toString;</a>'],
    ['a bare ampersand', '<a>R & D</a>'],
    ['a processing instruction', '<a><?php x ?></a>'],
    ['unbalanced elements', '<a><b></a></b>'],
    ['an open element', '<a><b></b>'],
    ['two document elements', '<a/><a/>'],
    ['text after the end', '<a/>x'],
    ['a repeated attribute', '<a x="1" x="2"/>'],
    ['a control character', '<a>\u0000</a>'],
    ['a control character by reference', '<a>&#x1;</a>'],
    ['HTML', '<html><br></html>'],
    ['nothing', ''],
    ['JSON', '{}'],
  ])('is refused for %s', (_, xml) => expect(() => parseXml(xml)).toThrow(XmlError));

  it('is refused for its size before it is read', () => {
    expect(() => parseXml(`<a>${'x'.repeat(100)}</a>`, 50)).toThrow(XmlError);
  });

  it('is refused for its depth', () => {
    expect(() => parseXml('<a>'.repeat(1000) + '</a>'.repeat(1000))).toThrow(XmlError);
  });

  it('of megabytes of rubbish is refused in reasonable time', () => {
    const started = performance.now();
    for (const rubbish of ['<a ', '<a x="', '<!--', '<![CDATA[', '&', '<a x=" ', '<b/>', ' x="1"', '<b y="2"']) {
      expect(() => parseXml(`<a>${rubbish.repeat(1_000_000)}`)).toThrow(XmlError);
    }
    expect(performance.now() - started).toBeLessThan(5000);
  });

  it('may have a long comment, and few attributes', () => {
    expect(parseXml(`<a><!--${'x'.repeat(5_000_000)}-->b</a>`).text).toBe('b');
    expect(() => parseXml(`<a${' x="1"'.repeat(1_000_000)}/>`)).toThrow(XmlError);
  });

  it('is never read where libxml2 refuses it', () => {
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 8 }), (parts) => {
        const xml = `<a>${parts.join('')}</a>`;
        let readHere = true;
        try {
          parseXml(xml);
        } catch (error) {
          expect(error).toBeInstanceOf(XmlError);
          readHere = false;
        }
        if (readHere) expect(readByLibxml2(xml), xml).toBe(true);
      }),
      { numRuns: sweepSize(3_000, 600) },
    );
  });

  it('has names of the very characters that libxml2 allows in them', () => {
    const read = (xml: string) => {
      try {
        return parseXml(xml).children.length === 0;
      } catch {
        return false;
      }
    };
    for (let point = 0x80; point <= 0xffff; point += 1 + (point % 7)) {
      const character = String.fromCodePoint(point);
      for (const xml of [`<a${character}/>`, `<${character}/>`]) {
        if (character.isWellFormed()) expect(read(xml), point.toString(16)).toBe(readByLibxml2(xml));
      }
    }
  });
});
