/** Who may sign in, and what their tokens say: the shape of the user pool and of its app clients. */
export const roles = ['client', 'operator', 'auditor', 'ops', 'admin'] as const;
export type Role = (typeof roles)[number];

export const isRole = (text: string): text is Role => (roles as readonly string[]).includes(text);

export interface Identity {
  readonly name: string;
  readonly role: Role;
  /** CNPJs separated by commas, or `*` for every company. */
  readonly companies: string;
}

const EXAMPLE_COMPANY = '11222333000181';
const OTHER_COMPANY = '12345678000195';
/** Only for `npm run demo -- --company`: an authority that is down for it is up for the others. */
const DEMO_COMPANY = '77888999000181';
/** The companies that a local stack has a certificate for from the start. */
export const exampleCompanies: readonly string[] = [EXAMPLE_COMPANY, OTHER_COMPANY, DEMO_COMPANY];
const companiesOf = (role: Role) => (role === 'ops' || role === 'admin' ? '*' : EXAMPLE_COMPANY);

/** Programs: they sign in with an id and a secret. `client-other` belongs to another company, to show that it sees nothing. */
export const machines: readonly Identity[] = [
  ...roles.map((role) => ({ name: role, role, companies: companiesOf(role) })),
  { name: 'client-other', role: 'client', companies: OTHER_COMPANY },
];

/** People: they sign in on the login page with a password. */
export const people: readonly Identity[] = roles.map((role) => ({ name: role, role, companies: companiesOf(role) }));

export const scopeOf = (role: Role): string => `nfse-ledger/${role}`;

/** The claims that Cognito's pre-token trigger adds to an access token. */
export function claimsOf({ role, companies }: Identity): Readonly<Record<string, unknown>> {
  return { token_use: 'access', 'cognito:groups': [role], 'custom:companies': companies };
}
