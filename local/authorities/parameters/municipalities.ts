/** What a municipality answers in the stand-in of the parameters' API: as most do, or in one of the ways that the real one was seen to. */
export type Manner =
  /** Active, takes national issuers, and enables every company. */
  | 'ordinary'
  /** Shares its notes, and takes no national issuers. */
  | 'shares-only'
  /** Takes national issuers, and enables companies one by one. */
  | 'one-by-one'
  /** Its agreement is not active: 404 with a body. */
  | 'inactive'
  /** The names of the answer are all in PascalCase. */
  | 'pascal-case'
  /** A gateway answers instead: 404 and a page. */
  | 'page'
  /** 503 and a page. */
  | 'down';

/** Municipalities to try each manner with. Of all others, those with a system of their own enable one by one. */
const MANNERS: Readonly<Record<string, Manner>> = {
  3106705: 'pascal-case', // Betim
  3136702: 'shares-only', // Juiz de Fora
  3157807: 'inactive', // Santa Luzia
  3171204: 'page', // Vespasiano
  3154606: 'down', // Ribeirão das Neves
};

export function mannerOf(municipalityCode: string, hasOwnSystem: boolean): Manner {
  return MANNERS[municipalityCode] ?? (hasOwnSystem ? 'one-by-one' : 'ordinary');
}
