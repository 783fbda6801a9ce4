/** Where the ISS of a service is due: with its provider, where it is rendered, with its customer, or nowhere. */
export type IssIncidence = 'PROVIDER' | 'PLACE_OF_SERVICE' | 'CUSTOMER' | 'NONE';

export interface ServiceCode {
  /** `cTribNac`: item, subitem and national split, two digits each. */
  readonly code: string;
  readonly incidence: IssIncidence;
  /** What a declaration of this service has to tell besides: the construction work, or the event. Forbidden for others. */
  readonly requires: 'work' | 'event' | undefined;
}

/**
 * The national service list by item: subitem and split of each code, and marks. `p` ISS is due at the place of service, `c` with the
 * customer, `n` nowhere (without one of them: with the provider); `w` the construction work is to be named, `e` the event.
 *
 * @source LC 116/2003, art. 3 and annexed list, in the national system's splits
 */
const LIST: Readonly<Record<string, string>> = {
  '01': '0101 0201 0301 0302 0401 0501 0601 0701 0801 0901 0902',
  '02': '0101',
  '03': '0201 0301 0302 0303 0304 0305 0401p 0402p 0403p 0501p',
  '04':
    '0101 0102 0201 0202 0203 0204 0205 0301 0302 0303 0401 0501 0601 0701 0801 0802 0803 0901 1001 1101 1201 ' +
    '1301 1401 1501 1601 1701 1702 1703 1704 1801 1901 2001 2101 2201 2301',
  '05': '0101 0102 0201 0202 0301 0401 0501 0601 0701 0801 0901',
  '06': '0101 0201 0301 0401 0501 0601',
  '07':
    '0101 0102 0103 0104 0105 0106 0201pw 0202pw 0301 0302 0401pw 0501pw 0502pw 0601w 0602w 0701w 0801w 0901p ' +
    '0902p 1001p 1002p 1101p 1102p 1201p 1301 1601p 1701pw 1801p 1901pw 2001 2002 2003 2101 2201',
  '08': '0101 0102 0201',
  '09': '0101 0102 0103 0104 0201 0202 0301',
  '10': '0101 0102 0103 0104 0105 0201 0202 0301 0401 0402 0403 0501 0502 0601 0701 0801 0901 1001',
  '11': '0101p 0102p 0201p 0301 0401p 0402p 0501',
  '12':
    '0101pe 0201pe 0301pe 0401pe 0501pe 0601pe 0701pe 0801pe 0901pe 0902pe 0903pe 1001pe 1101pe 1201pe 1301e ' +
    '1401pe 1501pe 1601pe 1701pe',
  '13': '0201 0301 0401 0501',
  '14': '0101 0201 0301 0401 0501 0601 0701 0801 0901 1001 1101 1201 1301 1302 1401 1402',
  '15':
    '0101 0102 0103 0104 0105 0201 0202 0203 0204 0205 0206 0207 0208 0301 0302 0303 0304 0305 0306 0307 0308 ' +
    '0401 0501 0502 0503 0504 0505 0601 0602 0603 0604 0605 0606 0607 0608 0701 0702 0703 0704 0801 0802 0803 ' +
    '0804 0901 1001 1002 1003 1004 1005 1101 1201 1301 1302 1303 1304 1305 1306 1401 1402 1403 1501 1502 1601 ' +
    '1602 1701 1702 1703 1801 1802 1803 1804 1805',
  '16': '0101 0102p 0103p 0104p 0201p',
  '17':
    '0101 0102 0201 0202 0203 0204 0205 0301 0302 0303 0401 0501c 0601 0801 0901 1001p 1002p 1101 1102 1201 ' +
    '1301 1401 1501 1601 1701 1801 1901 2001 2101 2201 2301 2401 2501',
  '18': '0101 0102 0103',
  '19': '0101 0102',
  '20': '0101p 0201p 0301p',
  '21': '0101',
  '22': '0101p',
  '23': '0101 0102',
  '24': '0101 0102',
  '25': '0101 0201 0202 0301 0401 0501',
  '26': '0101 0102',
  '27': '0101',
  '28': '0101',
  '29': '0101',
  '30': '0101 0102',
  '31': '0101 0102 0103 0104',
  '32': '0101',
  '33': '0101',
  '34': '0101',
  '35': '0101 0102 0103',
  '36': '0101',
  '37': '0101',
  '38': '0101',
  '39': '0101',
  '40': '0101',
  '99': '0101n',
};

const codes = new Map(
  Object.entries(LIST).flatMap(([item, rest]) =>
    rest.split(' ').map((entry): [string, ServiceCode] => {
      const code = item + entry.slice(0, 4);
      return [code, { code, incidence: incidenceIn(entry), requires: requirementIn(entry) }];
    }),
  ),
);

/** What is known of a national service code, or `undefined` when the list has no such code. */
export function serviceCode(code: string): ServiceCode | undefined {
  return codes.get(code);
}

/** Every code of the list, in order. */
export function serviceCodes(): readonly ServiceCode[] {
  return [...codes.values()].sort((one, other) => (one.code < other.code ? -1 : 1));
}

function incidenceIn(entry: string): IssIncidence {
  if (entry.includes('p')) return 'PLACE_OF_SERVICE';
  if (entry.includes('c')) return 'CUSTOMER';
  return entry.includes('n') ? 'NONE' : 'PROVIDER';
}

function requirementIn(entry: string): ServiceCode['requires'] {
  if (entry.includes('w')) return 'work';
  return entry.includes('e') ? 'event' : undefined;
}
