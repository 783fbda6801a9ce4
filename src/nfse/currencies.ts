/**
 * Currencies: letters of ISO 4217, number in the Central Bank's table, number of ISO 4217. The documents want the second, and
 * programs that know the third write it instead: 840 is the dollar of the USA by ISO, and the rupee of Mauritius by the Central Bank.
 *
 * @source Central Bank of Brazil, table of currencies; ISO 4217
 */
const TABLE =
  'AED145784 AFN005971 ALL490008 AMD275051 ANG325532 AOA635973 ARS706032 AUD150036 AWG328533 AZN607944 BAM612977 ' +
  'BBD175052 BDT905050 BGN510975 BHD105048 BIF365108 BMD160060 BND185096 BOB030068 BRL790986 BSD155044 BTN665064 ' +
  'BWP755072 BYN829933 BZD180084 CAD165124 CDF363976 CHF425756 CLF197990 CLP715152 CNY795156 COP720170 CRC040188 ' +
  'CUP725192 CVE295132 CZK075203 DJF390262 DKK055208 DOP730214 DZD095012 EGP535818 ERN625232 ETB009230 EUR978978 ' +
  'FJD200242 FKP545238 GBP540826 GEL482981 GHS035936 GIP530292 GMD090270 GNF398324 GTQ770320 GYD170328 HKD205344 ' +
  'HNL495340 HTG440332 HUF345348 IDR865360 ILS880376 INR860356 IQD115368 IRR815364 ISK060352 JMD230388 JOD125400 ' +
  'JPY470392 KES950404 KGS892417 KHR825116 KMF368174 KPW925408 KRW930410 KWD100414 KYD190136 KZT913398 LAK780418 ' +
  'LBP560422 LKR855144 LRD235430 LSL603426 LYD130434 MAD139504 MDL503498 MGA406969 MKD132807 MMK775104 MNT915496 ' +
  'MOP685446 MUR840480 MVR870462 MWK760454 MXN741484 MYR828458 MZN622943 NAD173516 NGN630566 NIO051558 NOK065578 ' +
  'NPR845524 NZD245554 OMR805512 PAB020590 PEN660604 PGK778598 PHP735608 PKR875586 PLN975985 PYG450600 QAR800634 ' +
  'RON506946 RSD133941 RUB830643 RWF420646 SAR820682 SBD250090 SCR850690 SDG134938 SEK070752 SGD195702 SHP570654 ' +
  'SLL500694 SOS960706 SRD255968 SSP136728 SVC045222 SYP575760 SZL585748 THB015764 TJS835972 TMT608934 TND135788 ' +
  'TOP680776 TRY642949 TTD210780 TWD640901 TZS946834 UAH460980 UGX955800 USD220840 UYU745858 UZS893860 VND260704 ' +
  'VUV920548 WST912882 XAF370950 XCD215951 XDR138960 XOF372952 XPF380953 YER810886 ZAR785710 ZMW766967';

interface Currency {
  readonly letters: string;
  readonly centralBank: string;
  readonly iso: string;
}

const CURRENCIES: readonly Currency[] = TABLE.split(' ').map((entry) => ({
  letters: entry.slice(0, 3),
  centralBank: entry.slice(3, 6),
  iso: entry.slice(6),
}));
const BY_CENTRAL_BANK = new Map(CURRENCIES.map((currency) => [currency.centralBank, currency]));
const BY_ISO = new Map(CURRENCIES.map((currency) => [currency.iso, currency]));

/** What a number was most likely meant to be: the currency's letters, and its number in the Central Bank's table. */
export interface MeantCurrency {
  readonly letters: string;
  readonly number: string;
}

/** The dollar of the USA is the money of sales that have nothing to do with the USA, too. */
const EVERYWHERE = 'USD';

/**
 * The currency that was meant by a number of ISO 4217. A number that stands for one currency in each of the two tables is taken for
 * that of ISO only where the money is known everywhere or that of a country which has a part in the sale.
 *
 * @param countries that have a part in the sale, ISO 3166
 * @returns `undefined` where the number may stand as it is
 */
export function isoCurrency(number: string, countries: readonly string[]): MeantCurrency | undefined {
  const meant = BY_ISO.get(number);
  const written = BY_CENTRAL_BANK.get(number);
  if (!meant || meant === written) return undefined;
  const isAtHome = (currency: Currency) => countries.includes(currency.letters.slice(0, 2));
  if (written && (isAtHome(written) || !(meant.letters === EVERYWHERE || isAtHome(meant)))) return undefined;
  return { letters: meant.letters, number: meant.centralBank };
}
