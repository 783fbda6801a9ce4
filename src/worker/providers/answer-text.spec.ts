import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { answerText } from './answer-text.ts';

const latin1 = (text: string) => Buffer.from(text, 'latin1');

describe('the text of an answer', () => {
  it.each([
    ['UTF-8', Buffer.from('<a>ação</a>'), undefined, 'utf-8'],
    ['UTF-8 behind a byte order mark', Buffer.from('\uFEFF<a>ação</a>'), undefined, 'utf-8'],
    ['UTF-8 labelled Latin-1', Buffer.from('<a>ação</a>'), 'text/xml; charset=iso-8859-1', 'utf-8'],
    [
      'Latin-1 that says so',
      latin1('<?xml version="1.0" encoding="ISO-8859-1"?><a>ação</a>'),
      undefined,
      'windows-1252',
    ],
    ['Latin-1 in the header', latin1('<a>ação</a>'), 'text/xml;charset=ISO-8859-1', 'windows-1252'],
    ['Latin-1 labelled UTF-8', latin1('<?xml version="1.0" encoding="utf-8"?><a>ação</a>'), 'text/xml', 'windows-1252'],
    ['Latin-1 of which nothing is said', latin1('<a>ação</a>'), undefined, 'windows-1252'],
    ['Latin-1 under an unknown name', latin1('<a>ação</a>'), 'text/xml; charset=klingon', 'windows-1252'],
    ['UTF-16', Buffer.from('\uFEFF<a>ação</a>', 'utf16le'), undefined, 'utf-16le'],
  ])('reads %s', (_, bytes, contentType, charset) => {
    const read = answerText(bytes, contentType);
    expect(read.text.replace(/^<\?.*?\?>/, '')).toBe('<a>ação</a>');
    expect(read.charset).toBe(charset);
  });

  it('is found in any bytes, and never fails', () =>
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), fc.string(), (bytes, contentType) => {
        expect(typeof answerText(bytes, contentType).text).toBe('string');
      }),
    ));
});
