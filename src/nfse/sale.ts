/**
 * What is declared of a sale, whichever authority hears of it. Amounts are integer centavos, rates and percentages are basis
 * points (200 is 2.00 %), dates `YYYY-MM-DD`, codes bare digits. What an optional member leaves out does not apply.
 */
export interface Sale {
  readonly companyCnpj: string;
  /** Where the company is registered, and issues. */
  readonly municipalityCode: string;
  /** When the service was rendered. */
  readonly competenceDate: string;
  readonly issuer: SaleIssuer;
  readonly service: SaleService;
  readonly customer?: SaleParty | undefined;
  readonly intermediary?: SaleParty | undefined;
  readonly amounts: SaleAmounts;
  readonly iss?: SaleIss | undefined;
  readonly federalTaxes?: SaleFederalTaxes | undefined;
  readonly approximateTaxes?: SaleApproximateTaxes | undefined;
  readonly ibsCbs?: SaleIbsCbs | undefined;
  readonly replaces?: SaleReplacement | undefined;
}

export type SpecialRegime =
  | 'COOPERATIVE_ACT'
  | 'ESTIMATE'
  | 'MUNICIPAL_MICRO'
  | 'NOTARY'
  | 'AUTONOMOUS_PROFESSIONAL'
  | 'PROFESSIONAL_PARTNERSHIP'
  | 'OTHER';

export interface SaleIssuer {
  readonly municipalRegistration?: string | undefined;
  readonly simplesNacional: 'NONE' | 'MEI' | 'ME_EPP';
  /** Of ME/EPP alone: which of its taxes it pays outside the Simples slip. All inside when left out. */
  readonly simplesRegime?: 'ALL_INSIDE' | 'ISS_OUTSIDE' | 'ALL_OUTSIDE' | undefined;
  readonly specialRegime?: SpecialRegime | undefined;
}

/** A person: `cnpj`, `cpf`, `nif` (foreign number) or `noNif` (why there is none), exactly one of them. */
export interface SaleParty {
  readonly cnpj?: string | undefined;
  readonly cpf?: string | undefined;
  readonly nif?: string | undefined;
  readonly noNif?: 'NOT_INFORMED' | 'EXEMPT' | 'NOT_REQUIRED' | undefined;
  /** Register of a natural person's economic activity, 14 digits. */
  readonly caepf?: string | undefined;
  readonly municipalRegistration?: string | undefined;
  readonly name: string;
  readonly email?: string | undefined;
  readonly phone?: string | undefined;
  readonly address?: SaleAddress | undefined;
  readonly foreignAddress?: SaleForeignAddress | undefined;
}

export interface Street {
  readonly street: string;
  readonly number: string;
  readonly complement?: string | undefined;
  readonly district: string;
}

export interface SaleAddress extends Street {
  readonly municipalityCode: string;
  readonly postalCode: string;
}

export interface SaleForeignAddress extends Street {
  /** ISO 3166, two letters, not BR. */
  readonly country: string;
  readonly postalCode: string;
  readonly city: string;
  readonly region: string;
}

/** A place that is no one's address: of a construction work, of an event. In Brazil a postal code says the municipality. */
export interface SalePlace extends Street {
  readonly postalCode?: string | undefined;
  readonly foreign?: { readonly postalCode: string; readonly city: string; readonly region: string } | undefined;
}

export interface SaleService {
  readonly code: string;
  /** The municipality's own split of the code, 3 digits. */
  readonly municipalCode?: string | undefined;
  readonly description: string;
  readonly nbsCode?: string | undefined;
  /** Where it was rendered; `0000000` is the territorial sea. Says nothing when `country` is there. */
  readonly municipalityCode: string;
  /** Where it was rendered when that is abroad. */
  readonly country?: string | undefined;
  /** The client's own reference, `[a-zA-Z0-9]{1,20}`. */
  readonly reference?: string | undefined;
  readonly foreignTrade?: SaleForeignTrade | undefined;
  readonly work?: SaleWork | undefined;
  readonly event?: SaleEvent | undefined;
  readonly information?: SaleInformation | undefined;
}

/** Codes as the layout has them (`comExt`). */
export interface SaleForeignTrade {
  readonly deliveryMode: string;
  readonly relationship: string;
  /** Central Bank number, 220 is the US dollar. */
  readonly currency: string;
  readonly amountInCurrency: number;
  readonly providerSupport: string;
  readonly customerSupport: string;
  readonly goodsMovement: string;
  readonly importDeclaration?: string | undefined;
  readonly exportRegistration?: string | undefined;
  readonly shareWithMdic: boolean;
}

/** A construction work: its number (CNO or CEI), its CIB number, or its place; exactly one of them. A city may want its ART besides. */
export interface SaleWork {
  readonly propertyRegistration?: string | undefined;
  readonly number?: string | undefined;
  readonly cib?: string | undefined;
  readonly place?: SalePlace | undefined;
  /** Of the engineer's or architect's record of responsibility (ART, RRT). */
  readonly art?: string | undefined;
}

/** An event: the city's number for it, or its place; exactly one of them. */
export interface SaleEvent {
  readonly name: string;
  readonly startDate: string;
  readonly endDate: string;
  readonly number?: string | undefined;
  readonly place?: SalePlace | undefined;
}

export interface SaleInformation {
  readonly technicalDocument?: string | undefined;
  readonly document?: string | undefined;
  readonly order?: string | undefined;
  readonly orderItems?: readonly string[] | undefined;
  readonly text?: string | undefined;
}

export interface SaleAmounts {
  /** The price, above zero. */
  readonly service: number;
  readonly unconditionalDiscount?: number | undefined;
  readonly conditionalDiscount?: number | undefined;
  /** Taken from the base of the ISS: an amount, or a share of the price less the unconditional discount. */
  readonly deduction?: number | undefined;
  readonly deductionBasisPoints?: number | undefined;
  /** What the deduction is made of, document by document, instead of an amount or a share. */
  readonly deductionDocuments?: readonly SaleDeductionDocument[] | undefined;
  readonly issWithheldBy: 'NOBODY' | 'CUSTOMER' | 'INTERMEDIARY';
  readonly issRateBasisPoints?: number | undefined;
}

/** A document that proves a deduction: exactly one of the first six says which. */
export interface SaleDeductionDocument {
  /** Of an NFS-e of the national system. */
  readonly accessKey?: string | undefined;
  /** Of an NF-e, 44 characters. */
  readonly goodsAccessKey?: string | undefined;
  readonly municipalNote?:
    | { readonly municipalityCode: string; readonly number: string; readonly verificationCode: string }
    | undefined;
  readonly paperNote?: { readonly number: string; readonly model: string; readonly series: string } | undefined;
  readonly fiscalDocument?: string | undefined;
  readonly otherDocument?: string | undefined;
  /** `tpDedRed`: 1 to 9, or 99 for another, which `otherKind` names. */
  readonly kind: string;
  readonly otherKind?: string | undefined;
  readonly issueDate: string;
  /** What the document allows, and what is taken of it here. */
  readonly deductible: number;
  readonly deduction: number;
  readonly supplier?: SaleParty | undefined;
}

export type IssTaxation = 'TAXABLE' | 'IMMUNE' | 'EXPORT' | 'NOT_SUBJECT' | 'EXEMPT';

export interface SaleIss {
  /** Taxable when left out. */
  readonly taxation?: IssTaxation | undefined;
  /** `tpImunidade`, of what is immune. */
  readonly immunity?: string | undefined;
  /** Of an export: where its result is. That of the service when left out. */
  readonly resultCountry?: string | undefined;
  readonly suspension?: { readonly kind: 'COURT' | 'ADMINISTRATIVE'; readonly process: string } | undefined;
  readonly benefit?: SaleBenefit | undefined;
  /** Whether the municipality of incidence keeps its rates in the national system. Unknown when left out. */
  readonly municipalityActive?: boolean | undefined;
}

/** A municipal benefit, and by what it reduces the base: an amount or a share of it. */
export interface SaleBenefit {
  readonly number: string;
  readonly reduction?: number | undefined;
  readonly reductionBasisPoints?: number | undefined;
}

export type WithheldContributions =
  | 'NONE'
  | 'PIS'
  | 'COFINS'
  | 'CSLL'
  | 'PIS_COFINS'
  | 'PIS_CSLL'
  | 'COFINS_CSLL'
  | 'PIS_COFINS_CSLL';

export interface SaleFederalTaxes {
  readonly pisCofins?: SalePisCofins | undefined;
  /** What the customer withholds: INSS, IRRF, and PIS, COFINS and CSLL in one sum. */
  readonly inssWithheld?: number | undefined;
  readonly irrfWithheld?: number | undefined;
  readonly csrfWithheld?: number | undefined;
}

/** The provider's own debits, which never enter the net amount, and which of the contributions are withheld besides. */
export interface SalePisCofins {
  readonly cst: string;
  readonly base?: number | undefined;
  readonly pisRateBasisPoints?: number | undefined;
  readonly cofinsRateBasisPoints?: number | undefined;
  /** Base times rate when left out. */
  readonly pis?: number | undefined;
  readonly cofins?: number | undefined;
  readonly withheld?: WithheldContributions | undefined;
}

/** What taxes make up of the price (law 12.741/2012): three amounts, three percentages, or one percentage inside Simples. */
export interface SaleApproximateTaxes {
  readonly federal?: number | undefined;
  readonly state?: number | undefined;
  readonly municipal?: number | undefined;
  readonly federalRateBasisPoints?: number | undefined;
  readonly stateRateBasisPoints?: number | undefined;
  readonly municipalRateBasisPoints?: number | undefined;
  readonly simplesRateBasisPoints?: number | undefined;
}

export interface SaleIbsCbs {
  /** `cIndOp`, 6 digits. */
  readonly operationCode: string;
  /** `CST`, 3 digits, and `cClassTrib`, 6 digits that begin with it. */
  readonly cst: string;
  readonly classification: string;
  readonly personalUse?: boolean | undefined;
  /** `tpOper` and `tpEnteGov`, of sales to governments. */
  readonly governmentOperation?: string | undefined;
  readonly governmentEntity?: string | undefined;
  readonly referencedNotes?: readonly string[] | undefined;
  /** `cCredPres`, 2 digits. */
  readonly presumedCredit?: string | undefined;
  /** What would apply were a condition not met. */
  readonly regular?: { readonly cst: string; readonly classification: string } | undefined;
  readonly deferral?:
    | {
        readonly stateRateBasisPoints: number;
        readonly municipalRateBasisPoints: number;
        readonly cbsRateBasisPoints: number;
      }
    | undefined;
  /** Who receives the service, when that is not the customer. */
  readonly recipient?: SaleParty | undefined;
  readonly property?: SaleProperty | undefined;
  readonly reimbursements?: readonly SaleReimbursement[] | undefined;
}

/** The real estate that an operation is about: its CIB number, or its place; exactly one of them. */
export interface SaleProperty {
  readonly propertyRegistration?: string | undefined;
  readonly cib?: string | undefined;
  readonly place?: SalePlace | undefined;
}

/** What was paid for the customer to a third party, and is no price of the service: exactly one of the first three proves it. */
export interface SaleReimbursement {
  /** `tipoChaveDFe`: 1 NFS-e, 2 NF-e, 3 CT-e, 9 another, which `otherKind` names. */
  readonly electronicDocument?:
    | { readonly kind: string; readonly otherKind?: string | undefined; readonly key: string }
    | undefined;
  readonly fiscalDocument?:
    | { readonly municipalityCode: string; readonly number: string; readonly description: string }
    | undefined;
  readonly otherDocument?: { readonly number: string; readonly description: string } | undefined;
  readonly supplier?: SaleParty | undefined;
  readonly issueDate: string;
  readonly competenceDate: string;
  /** `tpReeRepRes`: 01 to 04, or 99 for another, which `otherKind` names. */
  readonly kind: string;
  readonly otherKind?: string | undefined;
  readonly amount: number;
}

export interface SaleReplacement {
  readonly accessKey: string;
  readonly reasonCode: '01' | '02' | '03' | '04' | '05' | '99';
  readonly reason?: string | undefined;
}

/** Where the ISS counts the service as taxed: `TAXABLE` unless the sale says otherwise. */
export function taxationOf(sale: Pick<Sale, 'iss'>): IssTaxation {
  return sale.iss?.taxation ?? 'TAXABLE';
}
