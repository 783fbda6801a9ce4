/** What may stand in an element without children, or in an attribute. Made by the functions below, never by hand. */
export interface ValueType {
  readonly kind: 'value';
  /** Whether runs of white space count as one space, and none at either end, before anything else is looked at. */
  readonly whiteSpace: 'preserve' | 'collapse';
  readonly oneOf?: readonly string[] | undefined;
  /** Each has to match. */
  readonly patterns: readonly RegExp[];
  /** In characters (code points), both included. */
  readonly length?: readonly [least: number, most: number] | undefined;
  readonly number?: NumberFormat | undefined;
  readonly form?: Form | undefined;
  /** What is asked for, in Portuguese: `um destes códigos: 1, 2`. */
  readonly expected: string;
}

export interface NumberFormat {
  readonly least?: number | undefined;
  readonly most?: number | undefined;
  /** Digits that count: zeros in front, and at the end of a fraction, do not. */
  readonly digits?: number | undefined;
  readonly fraction: number | undefined;
}

/** Forms of XML Schema that no pattern can say whole. */
export type Form = 'date' | 'dateTime' | 'base64' | 'uri' | 'id';

/** Why a value is not of its type. */
export type ValueFault = 'not-in-list' | 'too-short' | 'too-long' | 'wrong-format' | 'out-of-range';

/**
 * The first thing wrong with a value, or `undefined`.
 *
 * @param raw as it stands in the document, entities decoded
 */
export function faultOf(type: ValueType, raw: string): ValueFault | undefined {
  const value = type.whiteSpace === 'collapse' ? collapse(raw) : raw;
  if (type.oneOf && !type.oneOf.includes(value)) return 'not-in-list';
  if (type.length) {
    const [least, most] = type.length;
    const characters = lengthOf(value);
    if (characters < least) return 'too-short';
    if (characters > most) return 'too-long';
  }
  if (!type.patterns.every((pattern) => pattern.test(value))) return 'wrong-format';
  if (type.form && !hasForm(type.form, value)) return 'wrong-format';
  return type.number ? numberFault(type.number, value) : undefined;
}

/** One of a few values, separated by blanks: `codes('1 2 9')`. */
export function codes(list: string): ValueType {
  return literals(...list.split(' '));
}

/** One of a few texts, to the letter. */
export function literals(...oneOf: readonly string[]): ValueType {
  const shown = oneOf.length > 12 ? `${oneOf.slice(0, 10).join(', ')} … ${oneOf.at(-1)}` : oneOf.join(', ');
  const expected = oneOf.length === 1 ? `exatamente "${shown}"` : `um destes códigos: ${shown}`;
  return { kind: 'value', whiteSpace: 'preserve', oneOf, patterns: [], expected };
}

/** So many digits, or so many to so many. */
export function digits(least: number, most: number = least): ValueType {
  return pattern(`[0-9]{${least},${most}}`, `${amount(least, most)} dígitos`);
}

/**
 * A whole value of one pattern.
 *
 * @param source as JavaScript reads it with the `u` flag, without anchors
 * @param expected in Portuguese
 */
export function pattern(source: string, expected: string): ValueType {
  return { kind: 'value', whiteSpace: 'preserve', patterns: [whole(source)], expected };
}

/** Any text so long, blanks included. */
export function text(least: number, most: number): ValueType {
  const expected = `um texto de ${amount(least, most)} caracteres`;
  return { kind: 'value', whiteSpace: 'preserve', patterns: [], length: [least, most], expected };
}

/** Text so long once its white space is collapsed. */
export function trimmed(least: number, most: number): ValueType {
  return { ...text(least, most), whiteSpace: 'collapse' };
}

/** A number as XML Schema writes one: a sign, zeros in front and white space around it are let through. */
export function decimal(format: { digits?: number; fraction?: number; least?: number; most?: number }): ValueType {
  const { fraction = undefined } = format;
  const places = fraction === 0 ? 'um número inteiro' : `um número com no máximo ${fraction ?? 'quaisquer'} decimais`;
  const size = format.digits === undefined ? '' : ` e ${format.digits} dígitos`;
  const least = format.least === undefined ? '' : `, não menor que ${format.least}`;
  return {
    kind: 'value',
    whiteSpace: 'collapse',
    patterns: [fraction === 0 ? INTEGER : DECIMAL],
    number: { ...format, fraction },
    expected: `${places}${size}${least}`,
  };
}

/** A type that asks for more than another does. */
export function narrowed(
  type: ValueType,
  more: Partial<Omit<ValueType, 'kind' | 'patterns'>>,
  source?: string,
): ValueType {
  return { ...type, ...more, patterns: source === undefined ? type.patterns : [...type.patterns, whole(source)] };
}

const FORM_NAMES: Readonly<Record<Form, string>> = {
  date: 'uma data AAAA-MM-DD',
  dateTime: 'uma data e hora AAAA-MM-DDThh:mm:ss',
  base64: 'um conteúdo em Base64',
  uri: 'um endereço (URI)',
  id: 'um identificador',
};

export function form(name: Form): ValueType {
  return { kind: 'value', whiteSpace: 'collapse', patterns: [], form: name, expected: FORM_NAMES[name] };
}

/** Anything at all. */
export const anyText: ValueType = { kind: 'value', whiteSpace: 'preserve', patterns: [], expected: 'um texto' };

const INTEGER = /^[+-]?[0-9]+$/;
const DECIMAL = /^[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)$/;

function whole(source: string): RegExp {
  return new RegExp(`^(?:${source})$`, 'u');
}

function amount(least: number, most: number): string {
  return least === most ? String(least) : `${least} a ${most}`;
}

function collapse(value: string): string {
  return value.replace(/[ \t\r\n]+/g, ' ').replace(/^ | $/g, '');
}

function lengthOf(value: string): number {
  let characters = 0;
  for (const _ of value) characters++;
  return characters;
}

/** Without patterns: a hostile number may have millions of zeros, on which the obvious ones take quadratic time. */
function numberFault(format: NumberFormat, value: string): ValueFault | undefined {
  const sign = value.startsWith('-') ? '-' : '';
  const [integral = '', fractional = ''] = value.replace(/^[+-]/, '').split('.');
  const whole = integral.replace(/^0+/, '');
  let places = fractional.length;
  while (fractional[places - 1] === '0') places--;
  const fraction = fractional.slice(0, places);
  if (format.fraction !== undefined && places > format.fraction) return 'wrong-format';
  if (format.digits !== undefined && whole.length + places > format.digits) return 'too-long';
  const size = Number(`${sign}${whole || '0'}.${fraction || '0'}`);
  if (format.least !== undefined && size < format.least) return 'out-of-range';
  if (format.most !== undefined && size > format.most) return 'out-of-range';
  return undefined;
}

const ZONE = '(?:Z|[+-](?:(?:0[0-9]|1[0-3]):[0-5][0-9]|14:00))?';
const DAY = '-?((?:[1-9][0-9]{3,}|0[0-9]{3}))-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])';
const DATE = new RegExp(`^${DAY}${ZONE}$`);
const TIME = '(?:(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\\.[0-9]+)?|24:00:00(?:\\.0+)?)';
const DATE_TIME = new RegExp(`^${DAY}T${TIME}${ZONE}$`);
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048]=|[A-Za-z0-9+/][AQgw]==)?$/;
const URI =
  /^(?:[A-Za-z][A-Za-z0-9+.-]*:|(?![^/?#]*:))(?:[^%#[\]]|%[0-9A-Fa-f]{2})*(?:#(?:[^%#[\]]|%[0-9A-Fa-f]{2})*)?$/;
/** A name of XML without a colon. */
const NAME_START =
  'A-Z_a-z\\u00C0-\\u00D6\\u00D8-\\u00F6\\u00F8-\\u02FF\\u0370-\\u037D\\u037F-\\u1FFF\\u200C\\u200D\\u2070-\\u218F\\u2C00-\\u2FEF\\u3001-\\uD7FF\\uF900-\\uFDCF\\uFDF0-\\uFFFD\\u{10000}-\\u{EFFFF}';
const ID = new RegExp(`^[${NAME_START}][${NAME_START}0-9.\\u00B7\\u0300-\\u036F\\u203F\\u2040-]*$`, 'u');

function hasForm(name: Form, value: string): boolean {
  switch (name) {
    case 'date':
      return isDay(DATE.exec(value));
    case 'dateTime':
      return isDay(DATE_TIME.exec(value));
    case 'base64':
      return BASE64.test(value.replaceAll(' ', ''));
    case 'uri':
      return URI.test(value);
    case 'id':
      return ID.test(value);
  }
}

function isDay(match: RegExpExecArray | null): boolean {
  if (!match) return false;
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const days = month === 2 ? (leap ? 29 : 28) : [4, 6, 9, 11].includes(month) ? 30 : 31;
  return year !== 0 && day <= days;
}
