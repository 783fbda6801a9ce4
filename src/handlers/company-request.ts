import * as z from 'zod/mini';
import type { Company, CompanyEnvironment } from '../commands/company-ports.ts';
import { LAST_DPS_NUMBER } from '../commands/ports.ts';
import { type Cnpj, parseCnpj } from '../nfse/cnpj.ts';
import { mayAccess } from './access.ts';
import { IssuerRequest, municipality, SERIES, text } from './emission-request.ts';
import type { Call } from './lambda.ts';
import { Problem } from './problem.ts';
import { field } from './request-fields.ts';

/** A company as the API takes it. `environment` is by default that of the installation, which is why it is not one here. */
export const RegistrationBody = z.strictObject({
  name: text(300),
  municipalityCode: municipality,
  issuer: IssuerRequest,
  dps: z._default(
    z.strictObject({
      series: z._default(z.string().check(z.regex(SERIES, field('series'))), '1'),
      nextNumber: z.optional(z.int().check(z.gte(1), z.lte(LAST_DPS_NUMBER))),
      jumpReason: z.optional(text(200, 5)),
    }),
    { series: '1' },
  ),
  environment: z.optional(z.enum(['PRODUCTION', 'RESTRICTED'])),
});

/** The national system's number for an environment, which documents bear as `tpAmb`. */
export function environmentOf(national: '1' | '2'): CompanyEnvironment {
  return national === '1' ? 'PRODUCTION' : 'RESTRICTED';
}

/** The company that the path names. @throws Problem 404 for text that is no CNPJ, and for a company of somebody else */
export function companyIn({ event, caller }: Call): Cnpj {
  const companyCnpj = parseCnpj(event.pathParameters?.cnpj);
  if (!companyCnpj || !mayAccess(caller, companyCnpj)) throw companyNotFound();
  return companyCnpj;
}

export const companyNotFound = (): Problem =>
  new Problem({
    status: 404,
    code: 'company-not-found',
    title: 'Empresa não encontrada',
    detail: 'Não existe empresa cadastrada com este CNPJ entre aquelas a que você tem acesso.',
  });

/** @returns Problem 409: the installation issues for registered companies only */
export const notRegistered = (): Problem =>
  new Problem({
    status: 409,
    code: 'company-not-registered',
    title: 'Empresa não cadastrada',
    detail: 'Esta instalação só emite para empresas cadastradas. Cadastre a empresa por PUT /companies/{cnpj}.',
  });

/** @returns Problem 409: a company under test must not get notes that count, nor the other way round */
export const otherEnvironment = (environment: CompanyEnvironment): Problem =>
  new Problem({
    status: 409,
    code: 'other-environment',
    title: 'Empresa de outro ambiente',
    detail:
      environment === 'PRODUCTION'
        ? 'A empresa está cadastrada para produção, e esta instalação emite no ambiente de testes (produção restrita).'
        : 'A empresa está cadastrada para o ambiente de testes (produção restrita), e esta instalação emite em produção.',
  });

/**
 * The version that an edit was made on: `If-Match` with the `ETag` of what was read; without it, the company is to be a new one.
 *
 * @returns `undefined` where nothing is said
 * @throws Problem 412 for a tag that no version has
 */
export function versionExpected({ event }: Call): number | undefined {
  const [, tag] = Object.entries(event.headers ?? {}).find(([name]) => name.toLowerCase() === 'if-match') ?? [];
  if (tag === undefined) return undefined;
  const [, version] = /^\s*(?:W\/)?"(\d{1,9})"\s*$/.exec(tag) ?? [];
  if (version === undefined || Number(version) === 0) throw companyChanged();
  return Number(version);
}

export const companyChanged = (cause?: unknown): Problem =>
  new Problem(
    {
      status: 412,
      code: 'company-changed',
      title: 'A empresa foi alterada',
      detail: 'O cadastro não está mais na versão de If-Match. Leia-o de novo, refaça a alteração e repita.',
    },
    { cause },
  );

export const versionMissing = (cause: unknown): Problem =>
  new Problem(
    {
      status: 428,
      code: 'if-match-required',
      title: 'Falta If-Match',
      detail: 'A empresa já está cadastrada. Envie em If-Match o ETag da versão que você leu.',
    },
    { cause },
  );

const DAY_MS = 86_400_000;

/**
 * The company as the API gives it.
 *
 * @param nextNumber that an emission in the registered series would take now
 */
export function companyResource(company: Company, nextNumber: number, now: Date): object {
  const { companyCnpj, version, name, municipalityCode, issuer, dps, environment, certificate, routeDecisions } =
    company;
  return {
    companyCnpj,
    version,
    name,
    municipalityCode,
    issuer,
    dps: { series: dps.series, nextNumber },
    environment,
    certificate: certificate && { ...certificate, ...validity(certificate.validTo, now) },
    routeDecisions: routeDecisions ?? [],
    updatedAt: company.updatedAt,
    updatedBy: company.updatedBy,
  };
}

function validity(validTo: string, now: Date): object {
  const leftMs = Date.parse(validTo) - now.getTime();
  return { status: leftMs < 0 ? 'EXPIRED' : 'VALID', daysLeft: Math.floor(leftMs / DAY_MS) };
}
