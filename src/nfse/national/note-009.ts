import { type Content, Given, Part, type Slot } from '../layouts/content.ts';

/** The first day of issue (`YYYY-MM-DD`) on which an environment takes the positions of Technical Note 009, where it takes them at all. */
export type Note009Since = Readonly<Record<'1' | '2', string | undefined>>;

/** Off: the note's schemas are not published, and what has its positions is refused until they are (E1235). */
export const NOTE_009_SINCE: Note009Since = { 1: undefined, 2: undefined };

/**
 * `CST` without a detail of IBS and CBS: `gIBSCBS` and `cIndOp` have to be absent. The official table of the indicator may name more.
 *
 * @source Technical Note 009, E0859 and E0960
 */
const WITHOUT_DETAIL = ['400', '410', '820'];

/** Whether a declaration is written with the positions of Technical Note 009. @param date of issue, `YYYY-MM-DD` */
export function hasNote009Positions(environment: '1' | '2', date: string, since: Note009Since): boolean {
  const first = since[environment];
  return first !== undefined && date >= first;
}

/**
 * What a declaration says, where Technical Note 009 has it: `finNFSe`, `indDest` and `dest` move to `infDPS`, `CST` and `cClassTrib` out of
 * `gIBSCBS`. The rest of the note (adjustments of the base, rents, linked payments) is not written.
 *
 * @param dps as layout 1.01 has it
 * @source Technical Note 009 v1.01, Annex VI v1.04.00
 */
export function withNote009Positions(dps: Part): Part {
  const { infDPS, ...root } = dps.content;
  const { IBSCBS, ...info } = contentOf(infDPS);
  return within(dps, { ...root, infDPS: within(infDPS, { ...info, finNFSe: '0', ...moved(IBSCBS) }) });
}

/** Whether the positions leave `cIndOp` out. */
export function withoutOperationCode(cst: string | undefined): boolean {
  return cst !== undefined && WITHOUT_DETAIL.includes(cst);
}

function moved(IBSCBS: Slot): Content {
  if (!(IBSCBS instanceof Part)) return {};
  const { finNFSe: _, indDest, dest, cIndOp, valores, ...group } = IBSCBS.content;
  const { trib, ...values } = contentOf(valores);
  const { gIBSCBS } = contentOf(trib);
  const { CST, cClassTrib, ...detail } = contentOf(gIBSCBS);
  const detailed = !(CST instanceof Given && withoutOperationCode(CST.text));
  const taxes = { CST, cClassTrib, ...(detailed && { gIBSCBS: within(gIBSCBS, detail) }) };
  return {
    indDest,
    dest,
    IBSCBS: within(IBSCBS, {
      ...group,
      ...(detailed && { cIndOp }),
      valores: within(valores, { ...values, trib: within(trib, taxes) }),
    }),
  };
}

const contentOf = (slot: Slot): Content => (slot instanceof Part ? slot.content : {});
const within = (slot: Slot, content: Content): Part => new Part(slot instanceof Part ? slot.from : '', content);
