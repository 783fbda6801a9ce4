/**
 * Every municipality of Brazil, by state: the four middle digits of its IBGE code, each as the distance from the one before, one
 * base-36 digit (or several in brackets). The seventh digit follows from the six before it. Written this way the table is
 * a tenth of the plain list, and it is in every function's bundle.
 *
 * @source IBGE, table of municipalities, 5570 rows
 */
const DISTANCES: Readonly<Record<string, string>> = {
  11: '11111111111111132512112113355aaaa226aaaa321111155a55',
  12: '1453435521113112125aaa',
  13: '242246aaaa352a37aa55aaaa55a5555aaaaa55aaaaaaaaa334aaa5564a334a',
  14: '235523352a523aa',
  15:
    'a37a46aaaa5555aa55a5573a2332a55a55aaaaa5113553254321aaa55aa55aa55aaa235aa55a523334aaa3511325325aaaa1' +
    '23211a55a532aaaaa55aa5113aa55a51133232235a55',
  16: '555512223aa325aa',
  17:
    'p555uu55k(1o)aa55aaffka523aauaa222211k(1e)(1e)(14)55(14)afp(1e)aaaafa5(1e)55(1y)uku(1y)kkk(14)ua55fp' +
    '55ka(14)auaafpa(1m)ca5apk5zaaka55ukuuaakaa555a55542211a(2s)a5555jgf55343aa55(26)2',
  21:
    '5555aa34355aa34355aa5555aaa343a34334355a2323a55a55aaa232355aa55a55aa52111aaaa552323aaaa55a552323a55a' +
    'a22222aaa2323aa34355aaaa555555aaaaa55a55a55aaaaa55a343a5555a55aa37a343aaa55a55a2323a55aa34334322222a' +
    '55aa343a55aaa55a(2s)',
  22:
    '55a523a55aaaa5555523aaa523a343a112222232111124355a553255511122355aaa322355235aa5555aa55a55a5555aaaa5' +
    '552355551111111111aa555555aa55aa5221235a55aaa55a55a522155325aaaaa5555a523aa55a5235555555552352355aa5' +
    '2111aa2125aa3223aaa55aaa',
  23:
    'a55aaaaa55aaaa55aaaaa555555aaaaaaaaaaaaaaa55aa325aa3211125555a55aa55aa334325aa55aaaaa55aa55aaaaaa55a' +
    'aa325aaaaaa523aaaaaaaaaa55aaaaaaa55aaaaa5555aa33455aaaaa55aaaaaaaaaaaa5555a55a55a55a',
  24:
    'aaaaaaaaaaaaaa55a55a55aaaaaaaaaaaaa55aaaa55aaaaaaaaaa55aaaaaaaaaaaa55aaaaaaaaaa55aaaaaaaaaaaaaaaa5fa' +
    'a37aaaaaaaa55aaaaaaa55ak28aaaaaaaaaa55aaaaaaa55a55aaaaa55aa55aa55aa',
  25:
    'aaaaa343a343aaa55a55a343aaaa5555aaaaaaaaaaaaa55a55aa34355a55aaaa55aaa34355aaaaaaaa55aaaaaaaaaaaaaaaa' +
    'aaaaaa55aaaa5555a3421aaaaaaaaaaaa55aaaaaaaaaaaaa343aaaaaa221122aaa55a55aa55a5522222aaaa555555aaaaaaa' +
    'aaaaa343a55aaaaa55aaaak',
  26:
    '55aaaaaaaaa55aaaaaaaaaaaaaaaaaaaaaaa55aaaa28a55aaaaaaaaa55aa55aaaaaaaaaaaaaaaaaaaaa5555a5555a55a55aa' +
    '55aaa55aaaaaaaaaaaaaaaaaaaaaaa37aaaaaaaa52355aaaaaaaaaaaaaaaaaaaaaa5faaaaaaaaaaa82aaa',
  27: 'aaaaaaaaaaaaa55aaaaaaaaa55a55aaaaaaaaaaa55aaaaaaaaaaaaaaaaaaaaaaaaaa226aaaaaaaaaaaaaaaaaaaaaaaa55a55' + 'aa',
  28: 'aaaaaa73uaaaaaaakaaaaaaaaaaaaaaaaaaaaaaaaa55aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
  29:
    'aaa55aaaaaaa55a55aaaaa5555a55aaa55aaaaa343aaaaaa5555aaaaaa5555aa55aaaaaaaaaaaaaaaa23221aaaaaa55aaaaa' +
    'aaaaaaaaaaaaaaaaaaa55aaaaaa232355aaa55aaa55a55aaaaaaaaaaaaaaa55aaaaaaaaaaa55aaaaaa55aaaaaaaaaaaaaa55' +
    'aaaa325aaaaaaaaa555555a55aa5555aaa55aaa235aaaa55aaaaa55aaa55aaaaa55a55aaa5532555a325aa55aaaaaa55aaaa' +
    'a523aaaaa55aaaa55a325aaaaaa55aaaaaaaaaaaaa55aaaaaaaa5555a55523aaa55aaa55aaaaa5113aa55aa55aaaaaaaaaa5' +
    '5aaaaa5552355a55a',
  31:
    'aaaaaaaaaaaaaaaa37aaa55aaaaaaa55aaaaaaaa55aaaaaa55aaaaaaaaaaaakaaaaaaa55aaaaaaaaaaaaaaa55aa55aaaaaa5' +
    '5a55aaaaaaaaaaaaaaaa55aaaaaaaa55aaaaa55aaaaaaaaaaaaaaaaaa55aaaaaaa55523aaaaaa55aaaaaaaaaaaaaaaa343aa' +
    'aaaaaaaaaaaaaaaaaa55a55aaaaaa343aaa55aaaaaaaaaa55523aaaaaaaaaa28aa55aaaaaaaaaaaaaaaaaaaa55aaaaaaa55a' +
    '55523aa32212aaaaaaaa55aaaaaaaaaaaaa55aaa55aaaa5555aaaa55aaaaaaaaaaaaaaaaaaaaaaaaa55aaaaaaaaaaaa523aa' +
    '5555aaaaaaaaaa232355aa55aaaaa37aaaaaaa55aa23212aaaaa55aaaaaaaa55aaa325aa55aaaaaaaaaaaaa55aaaaaaaa55a' +
    'a55aaaaaaaa523aa523aaa55aa52355aaa523aaa55aa55a5faaaaaaaaaa55aaaaaaa55aaa55aaaaaaa55a55aaa343aaaaaaa' +
    'aaaaaaaa343aaaaaaaaaaaaaaaaaaa55aa55aaaaaaaaaaaaaaaaaaa55aaaaaaa523343aa55aaaaaaaaaaaa55aaa55aaaaaaa' +
    'aaa55aaaa5555aaaaa55aaaaa55a5552355aa2215aaaaaaaaaaaaaa343aaaaaaaaaa32113aaaaaaaaaaaaa55aaaaaaaaaa55' +
    'aaaaaaaaa55aa55aaaaaa55aaa3432535555aa34355aaaaaaaaaa',
  32: 'a334a55aaaaaaa55aaaaaaaaaa55a555555aaa55334a2215aaaaaa55a5555a5555aa551234523a',
  33: 'a552125a55aaaa325a55aaaaaa523a55a523a55aaa55aaaaaaaaa5555a11215aaa235a55aaa325aaa55a55aaa55a',
  35:
    'aaaaa55a55aaa55aaaaaaaaaaaaaaa55aaa55a55aaaaa55aaaaaaaaaaaaa55aaaaaaaaa55aaaaaaa55aa55aa55aaaaaaaaaa' +
    'aaaa55a55aaaa55a55aaaaaaaaaaaaaaakaaaaaaaaaaaaaaaaaaa55aaaaaaaaaa235a23311a55aa55aaaaaaaaaaa55aaaaaa' +
    'aaaaaaaaaaaaa55a523a55aaaaaaaaaaa226aaaaaa55aaaaaaaaa55aaaa55aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa55aaaaaa' +
    'aaaaaaa55aaaaaaaaaaaaaaa55aaaaaaa55aaaaaaaaaaaaaaaaaaaaaaa5555aaaaaa2224aaa55aaaaaaaaaaaaaa55aaaaaaa' +
    'aaaaaaa55aa73aaaaa55aaaaaaaaaaakaaaaaaaaaaaaaaaaa55aaaa5555a55aaaaa55aaaaaaaaaaaaaaa325aaaaaaaaa55aa' +
    'aaaaaa55aaaaaakaa55aaaaaaaaaaaaa55aaa55aaaaaaaaaaa55aaaaaa55aaaaaaaaaaaaaaaaaaaaaaaaa55aaaaaaaaaa55a' +
    '5555aaaaaa5555a55aaa55aaaaaaaaa5555aaaa55a55a',
  41:
    'aaaa55aaaaa5555aaaa55a55aaaaaaaa55aa22155528523523aaaa5555a55a235a55aaaaaaaaaaaaaaaaa55523aa55aa2355' +
    '5aa211155532555aaaa28555555aa55aaaaaa5555aa523aaaaa55aa55aa55aa55aaaaaaaaaaa55a55aa55a235aa325aaaaa5' +
    '5aaaaaaaaa5555aa32555a55aaaaaaaa5555a113221a55aaaaaaaaa55aaa55aa5555aaa55aa55a55a325aa55a55aaa5555aa' +
    'a55aaa523aaaa55aaaaaaaaaaa23555235aaaaaaaaaaaa555555a55aaaa52355aa523aaaaaaaaaaa532514aaaaa3252125a',
  42:
    '55aaaa55a55aaaa523aaa55aa5552111325aa325343aa523aa5555aaaaaa55a522155555555a55aaa5221a5532555aaaaaaa' +
    'aaa5555aaaaaaa735325555aaaaa55aaaa55a523aa55aaa55a325aaaa55aa55a55a55a55a55555221a55a3223aaa55aaaa55' +
    'a55aaaaaaa55aaaaaaaa523aa5555555211155aa55a5555aaaaaaa5555aa55a55a55aa5555aaa555555a523a55aaaff',
  43:
    '325aaa5235233124a523a523aaaa553255552323555552125523558255aaaaaaaa5573aaaaaa55aa111211111195555a1112' +
    '23a523311582aa3223322352337a232323555a3214a2122355aaa5555aa1234a523a55a325a55a55a5523555aa5235555a55' +
    'aaa334123432235555523aa21253223a28a226122221a8255322355521222123a1132355a5512322aa3222122231a55aa552' +
    '121133223aa231121415a5212aa52331123a11355555a55a55aaaa21223aa325a523aa55aa55a55a5555aaa21111211a118a' +
    'aaa235a5113aaa1225aaaa33423555523523a55aaaa235321121a2134a32555a5325522123a21115aa55aaaa5555aa523',
  50: 'k5zaa55aaeq(14)aa55aakaaa5f5555f32k55aaakaaaaaaaa555fk82akk52355kukaaaa5e1aa3223ua',
  51:
    'aa5555aakkk55akaa55(1o)a3411196f55a555113325aaa555fau2215kaaa523325k822saa52111111111111116535f55232' +
    '3f4245311423155h3a4111215212221555aa55aak555',
  52:
    '55322355k55k235kaaa55aaazkfakuaaaa523ka334aa55aa5555a555555aaa52221iaauaaaaaaakfa5a37kaaa5faaaaaak55' +
    '9b5faaa325a55aag4kaakaaaaaaaa55a55kaaaa55532uak52355a55uaaaa3313ak325aaa55aaaua5zakaaakau55k9baa82aa' +
    'aa555555aa1225aa555562c55a82u8bba55523aa55a5fa',
  53: 'a',
};

/** Official codes whose last digit is not what IBGE's own rule gives. */
const IRREGULAR: Readonly<Record<string, string>> = {
  220191: '2201919',
  220198: '2201988',
  220225: '2202251',
  261153: '2611533',
  311783: '3117836',
  315213: '3152131',
  430587: '4305871',
  520393: '5203939',
  520396: '5203962',
};

/**
 * The last digit of a municipality's code by IBGE's rule: the six digits times 1, 2, 1, 2 …, the decimal digits of the products
 * added, and what is missing to the next ten. Nine official codes have another digit, so the table decides, not the digit.
 *
 * @param body the six digits before it
 */
export function municipalityCheckDigit(body: string): string {
  let sum = 0;
  for (let i = 0; i < 6; i++) {
    const product = Number(body[i]) * (1 + (i % 2));
    sum += product > 9 ? product - 9 : product;
  }
  return String((10 - (sum % 10)) % 10);
}

let table: ReadonlyMap<string, readonly string[]> | undefined;

/** The codes of each state, in order, by the state's two digits. Read out once, when first asked for. */
export function municipalitiesByState(): ReadonlyMap<string, readonly string[]> {
  table ??= new Map(Object.entries(DISTANCES).map(([state, distances]) => [state, codesOf(state, distances)]));
  return table;
}

function codesOf(state: string, distances: string): readonly string[] {
  let sequence = 0;
  return (distances.match(/\(\w+\)|\w/g) ?? []).map((step) => {
    sequence += Number.parseInt(step.replace('(', ''), 36);
    const body = state + String(sequence).padStart(4, '0');
    return IRREGULAR[body] ?? body + municipalityCheckDigit(body);
  });
}

let codes: ReadonlySet<string> | undefined;

/** Whether IBGE has given out the code. */
export function isMunicipality(code: string): boolean {
  codes ??= new Set([...municipalitiesByState().values()].flat());
  return codes.has(code);
}
