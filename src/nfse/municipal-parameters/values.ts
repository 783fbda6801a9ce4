/** Dates are `YYYY-MM-DD`, both ends included; a period without an end is open. */
export interface Period {
  readonly from: string;
  readonly to?: string;
}

/** A municipality's agreement ("convênio") with the national system. A flag that the answer does not say, or says as neither 0 nor 1, is left out. */
export interface Agreement {
  /** `aderenteAmbienteNacional`: it shares its notes with the national environment, or issues there. */
  readonly nationalEnvironment?: boolean;
  /** `aderenteEmissorNacional`: it accepts declarations from the national issuers: web, app and API. Otherwise E0039. */
  readonly nationalIssuers?: boolean;
  /** `situacaoEmissaoPadraoContribuintesRFB`: companies of the municipality need no authorisation one by one. Otherwise E0084 or E0025. */
  readonly enabledByDefault?: boolean;
  /** `aderenteMAN`: it uses the national collection module. */
  readonly nationalCollection?: boolean;
  /** `permiteAproveitametoDeCreditos`, as the API misspells it. */
  readonly creditsAllowed?: boolean;
}

export interface Rate extends Period {
  /** Percent with at least two decimal places, as the municipality set it: `2.50`. */
  readonly percent: string;
  /** Whether the ISS falls on the service at all (`Incidencia`). */
  readonly taxed?: boolean;
}

export interface SpecialRegime extends Period {
  /** As the API names it. */
  readonly regime: string;
  readonly status: 'ALLOWED' | 'FORBIDDEN' | 'MANDATORY';
  readonly notes?: string;
}

export interface Withholdings {
  /** LC 116/2003, art. 6: since when, and until when, customers withhold by it. */
  readonly article6: { readonly enabled: boolean; readonly periods: readonly Period[] };
  /** Withholding by the municipality's own law. */
  readonly municipal: readonly MunicipalWithholding[];
}

export interface MunicipalWithholding extends Period {
  readonly description: string;
  /** `tiposRetencao`: 2 by the customer, 3 by the intermediary. */
  readonly kinds: readonly number[];
  readonly services: readonly { readonly service: string; readonly periods: readonly Period[] }[];
}

export interface Benefit extends Period {
  readonly benefit: string;
  readonly description: string;
  /** `tipoBeneficio`, 1 to 4. */
  readonly kind?: number;
  /** `tipoReducaoBC`, 1 or 2. */
  readonly reductionKind?: number;
  readonly reductionPercent?: string;
  readonly differentiatedPercent?: string;
  readonly onlyInMunicipality?: boolean;
  readonly services: readonly (Period & { readonly service: string })[];
  /** Whether it is for certain companies alone. Which ones is nobody else's business, and is not kept. */
  readonly onlyForSome: boolean;
}

/** The value of each kind of question. */
export interface ParameterValues {
  readonly agreement: Agreement;
  readonly rates: readonly Rate[];
  readonly specialRegimes: readonly SpecialRegime[];
  readonly withholdings: Withholdings;
  readonly benefit: Benefit;
}
