import { parseAccessKey } from '../access-key.ts';
import { parseMunicipalityCode } from '../municipality.ts';
import type { Part, Rule } from './rules.ts';

/** Rules that several of the national documents have, each of its own fields. */

export function idRule(code: string, composed: (info: Part) => string | undefined): Rule {
  return {
    code,
    where: '@Id',
    broken: (info) => {
      const expected = composed(info);
      if (expected === undefined || info.text('@Id') === expected) return undefined;
      return `O identificador não confere com os campos que o compõem; deve ser ${expected}.`;
    },
  };
}

export function municipalityRule(code: string, where: string): Rule {
  return {
    code,
    where,
    broken: (info) => {
      const given = info.text(where);
      const known = given === undefined || parseMunicipalityCode(given) !== undefined;
      return known ? undefined : `O código ${given} não é de nenhum município.`;
    },
  };
}

/** A municipality, or seven zeros: the sea. */
export function placeOfServiceRule(code: string, where: string): Rule {
  const { broken } = municipalityRule(code, where);
  return { code, where, broken: (info) => (info.text(where) === '0000000' ? undefined : broken(info)) };
}

export function keyRule(code: string, where: string): Rule {
  return {
    code,
    where,
    broken: (info) => {
      const given = info.text(where);
      if (given === undefined || parseAccessKey(given)) return undefined;
      return `A chave de acesso ${given} não existe: a composição ou o dígito verificador não confere.`;
    },
  };
}

/** The layout's pattern lets through a comma for a digit of the month or for the sign of the offset. */
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:00$/;

export function instantRule(where: string): Rule {
  return {
    code: 'E1235',
    where,
    broken: (info) => {
      const given = info.text(where);
      const real = given === undefined || (INSTANT.test(given) && !Number.isNaN(Date.parse(given)));
      return real ? undefined : `A data e hora ${given} não existe no calendário.`;
    },
  };
}
