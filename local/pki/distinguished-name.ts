import { oid, printable, sequence, set, utf8 } from './der.ts';

/** Whom a certificate names, in Brazil. */
export interface DistinguishedName {
  readonly organization: string;
  readonly place?: { readonly state: string; readonly city: string };
  readonly units: readonly string[];
  readonly commonName: string;
}

export function encodedName({ organization, place, units, commonName }: DistinguishedName): Buffer {
  const part = (type: string, value: Buffer) => set(sequence(oid(type), value));
  return sequence(
    part('2.5.4.6', printable('BR')),
    part('2.5.4.10', utf8(organization)),
    ...(place ? [part('2.5.4.8', utf8(place.state)), part('2.5.4.7', utf8(place.city))] : []),
    ...units.map((unit) => part('2.5.4.11', utf8(unit))),
    part('2.5.4.3', utf8(commonName)),
  );
}
