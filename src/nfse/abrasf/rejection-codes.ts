/**
 * How each code of ABRASF's city halls is to be handled. What a class means is said in `../rejections/catalogue.ts`.
 *
 * @source ABRASF: manual of 2008 (E1 to E161), city manuals of the model 2 (E162 to E354), vendors (E900 on), alerts (A)
 */
export const CODES_BY_CLASS = {
  LOOKUP: 'E10 E233 E903',
  IDEMPOTENT: 'E79',
  RETRY_LOOKUP: 'E232 E900',
  PENDING: 'E92 E178',
  BUG: `
    E11 E12 E13 E14 E46 E68 E69 E70 E71 E77 E80 E88 E98 E159 E160 E172 E173 E174 E180 E183 E184 E185 E186 E203
    E204 E205 E213 E214 E238 E324 E325 E326 E343 E904 E905 E996`,
  CONFIG: 'E28 E32 E34 E35 E43 E45 E50 E138 E156 E157 E170 E171 E179 E182 E189 E190 E262 E901',
  DEADLINE: 'E231',
  STATE: 'E6 E7 E206 E207 E208 E224 E236 E254 E255 E949',
  FIX_DATA: `
    E2 E3 E5 E8 E9 E15 E16 E17 E18 E19 E21 E23 E29 E30 E31 E33 E36 E37 E38 E39 E40 E41 E42 E44 E47 E48 E49 E51
    E52 E55 E56 E57 E58 E59 E62 E81 E90 E93 E123 E133 E134 E135 E144 E145 E162 E163 E167 E175 E176 E177 E220
    E221 E222 E227 E306 E309 E310 E314 E330 E351 E352 E939 E940 E988`,
  RETRY: 'E973',
  NOT_FOUND: 'E4 E78 E86 E87 E89 E91 E212 E223',
  ALERT: 'A12 A14 A15 A8',
} as const;

/** The codes that one field of the emission request is to blame for, by its JSON pointer. */
export const CODES_BY_FIELD: Readonly<Record<string, string>> = {
  '/competenceDate': 'E2',
  '/companyCnpj': 'E44 E45',
  '/dps/number': 'E90',
  '/dps/series': 'E93',
  '/issuer/municipalRegistration': 'E43 E50 E262',
  '/issuer/simplesNacional': 'E8 E162 E330',
  '/service/code': 'E28 E29 E30 E31 E32 E34',
  '/service/description': 'E41',
  '/service/municipalityCode': 'E42',
  '/service/nbsCode': 'E351 E352',
  '/customer': 'E48',
  '/customer/cnpj': 'E47 E52',
  '/customer/address': 'E55 E57 E58 E167',
  '/customer/address/street': 'E56',
  '/customer/address/municipalityCode': 'E59',
  '/customer/address/postalCode': 'E62',
  '/customer/email': 'A8',
  '/amounts/service': 'E18 E175 E176',
  '/amounts/unconditionalDiscount': 'E21',
  '/amounts/issWithheldBy': 'E36 E37 E38 E39 E40 E177',
  '/amounts/issRate': 'E123 E163 E221 E227 A15',
  '/reasonCode': 'E204 E205 E206 E213 E343',
};
