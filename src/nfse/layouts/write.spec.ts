import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type DraftElement, documentsOf, written } from '../../../test/layout-documents.ts';
import { DefectiveDocument, UnwritableFields } from '../unwritable.ts';
import { parseXml, type XmlElement } from '../xml.ts';
import { canonicalForm } from '../xmldsig/canonical-form.ts';
import { ABRASF_1_00 } from './abrasf-1-00.ts';
import { ABRASF_2_03 } from './abrasf-2-03.ts';
import { ABRASF_2_04 } from './abrasf-2-04.ts';
import { AsItIs, Given, given, Part, part, type Slot } from './content.ts';
import { NATIONAL_1_01, NATIONAL_1_01_ALPHANUMERIC } from './national.ts';
import { attributed, choice, type Layout, seq, type Type } from './notation.ts';
import { codes, digits, text } from './values.ts';
import { writeDocument } from './write.ts';

/** Signatures are made elsewhere. */
function unsigned(draft: DraftElement): DraftElement {
  const children = draft.children.filter((child) => !('name' in child && child.name === 'Signature'));
  return { ...draft, children: children.map((child) => ('name' in child ? unsigned(child) : child)) };
}

/** A document's content, its elements in an order of nobody's. */
function contentOf({ attributes, children }: DraftElement): Slot {
  const entries = new Map<string, Slot>(Object.entries(attributes).map(([name, value]) => [`@${name}`, value]));
  for (const child of children) {
    if ('text' in child) return child.text;
    if (!('name' in child)) continue;
    const before = entries.get(child.name);
    entries.set(child.name, before === undefined ? contentOf(child) : [before, contentOf(child)].flat());
  }
  return new Part('', Object.fromEntries([...entries].reverse()));
}

/** A document as nested lists, whoever wrote it. */
function outline({ name, attributes, text, children }: XmlElement): unknown {
  return [name, { ...attributes }, text, ...children.map(outline)];
}

/** The canonical form, but that ">" is escaped in attributes too. */
function canonical(root: XmlElement): string {
  const form = canonicalForm([root], { exclusive: false, comments: false });
  return form.replace(/ (?:Id|versao)="[^"]*"/g, (attribute) => attribute.replaceAll('>', '&gt;'));
}

function write(type: Type, content: Part): string {
  return writeDocument('R', type, 'urn:x', content);
}

function refusals(type: Type, content: Part): unknown {
  try {
    return write(type, content);
  } catch (error) {
    if (error instanceof UnwritableFields) return error.fields;
    if (error instanceof DefectiveDocument) return error.message;
    throw error;
  }
}

describe('write a document by its layout', () => {
  it.each<[Layout, string]>([
    [NATIONAL_1_01, 'DPS'],
    [NATIONAL_1_01_ALPHANUMERIC, 'DPS'],
    [NATIONAL_1_01, 'pedRegEvento'],
    [ABRASF_2_04, 'GerarNfseEnvio'],
    [ABRASF_2_03, 'GerarNfseEnvio'],
    [ABRASF_1_00, 'EnviarLoteRpsEnvio'],
  ])('puts what %o has in its order, however it is handed over', (layout, root) => {
    const type = layout.roots[root] as Type;
    fc.assert(
      fc.property(documentsOf(layout, root).map(unsigned), (draft) => {
        const xml = writeDocument(root, type, layout.namespace, contentOf(draft) as Part);
        const read = parseXml(xml);
        expect(outline(read)).toEqual(outline(parseXml(written(draft))));
        expect(xml).toBe(`<?xml version="1.0" encoding="UTF-8"?>${canonical(read)}`);
      }),
      { numRuns: 100 },
    );
  });

  const type = attributed(
    { versao: codes('1.01') },
    seq(
      { a: digits(2), 'b?': text(1, 3), 'c{0,2}': codes('x y') },
      choice({ d: text(1, 9), e: seq({ f: text(1, 9) }) }),
    ),
  );
  const content = { '@versao': '1.01', a: given('/a', '12'), d: given('/d', 'd') };

  it('escapes what a person wrote, in elements and attributes', () => {
    const quoted = attributed({ id: text(0, 9) }, seq({ a: text(0, 9) }));
    expect(write(quoted, new Part('', { '@id': '"<&', a: '"<&>' }))).toBe(
      '<?xml version="1.0" encoding="UTF-8"?><R xmlns="urn:x" id="&quot;&lt;&amp;">' + '<a>"&lt;&amp;&gt;</a></R>',
    );
  });

  it.each<[what: string, content: Part, refused: unknown]>([
    [
      'a value of another form',
      new Part('', { ...content, a: given('/a', '1') }),
      [{ field: '/a', problem: 'wrong-format', expected: '2 dígitos' }],
    ],
    [
      'a text of nothing',
      new Part('', { ...content, b: new Given('/b', '') }),
      [{ field: '/b', problem: 'empty', expected: 'um texto de 1 a 3 caracteres' }],
    ],
    [
      'two wrong values',
      new Part('', { ...content, a: given('/a', 'x'), b: given('/b', 'long') }),
      [
        { field: '/a', problem: 'wrong-format', expected: '2 dígitos' },
        { field: '/b', problem: 'too-long', expected: 'um texto de 1 a 3 caracteres' },
      ],
    ],
    [
      'more than there is room for',
      new Part('/r', { ...content, c: ['x', 'y', 'x'] }),
      [{ field: '/r', problem: 'too-long', expected: 'no máximo 2 itens' }],
    ],
    [
      'the second of two that exclude each other',
      new Part('/r', { ...content, e: part('/e', { f: 'f' }) }),
      [{ field: '/e', problem: 'excluded' }],
    ],
    [
      'neither of two one of which has to be there',
      new Part('/r', { ...content, d: undefined }),
      [{ field: '/r', problem: 'missing' }],
    ],
  ])('refuses the client %s', (_, given, refused) => expect(refusals(type, given)).toEqual(refused));

  it.each<[what: string, content: Part, reason: string]>([
    ['a value that the service chose', new Part('', { ...content, a: '1' }), '/R/a wrong-format'],
    ['an element that the layout does not have', new Part('', { ...content, z: 'z' }), '/R/z is not of the layout'],
    ['an element left out', new Part('', { ...content, a: undefined }), '/R/a is missing'],
    ['an attribute left out', new Part('', { ...content, '@versao': undefined }), '/R/@versao is missing'],
    [
      'elements where there is room for text alone',
      new Part('', { ...content, a: new Part('', {}) }),
      '/R/a holds no text',
    ],
    [
      'text where there is room for elements alone',
      new Part('', { ...content, d: undefined, e: 'e' }),
      '/R/e holds no elements',
    ],
  ])('takes for a defect of ours %s', (_, given, reason) =>
    expect(refusals(type, given)).toBe(`The document is not of its layout: ${reason}`),
  );

  it('tells the client first, since our fault is often the consequence', () =>
    expect(refusals(type, new Part('', { ...content, a: '1', b: given('/b', 'long') }))).toMatchObject([
      { field: '/b' },
    ]));

  it('writes as it is what a city has in a form of its own', () =>
    expect(write(type, new Part('', { ...content, a: new AsItIs('/a', '1<') }))).toContain('<a>1&lt;</a>'));
});
