/** The layouts of ABRASF's model that are written and read here. */
export const LAYOUTS = ['2.04', '2.03', '1.00'] as const;
export type AbrasfLayout = (typeof LAYOUTS)[number];

/**
 * The operations that a city hall is asked for, each with the root of its message.
 *
 * @source ABRASF 2.04, 2.03 and 1.00, operations
 */
export const OPERATIONS = {
  GerarNfse: 'GerarNfseEnvio',
  RecepcionarLoteRpsSincrono: 'EnviarLoteRpsSincronoEnvio',
  RecepcionarLoteRps: 'EnviarLoteRpsEnvio',
  ConsultarSituacaoLoteRps: 'ConsultarSituacaoLoteRpsEnvio',
  ConsultarLoteRps: 'ConsultarLoteRpsEnvio',
  ConsultarNfsePorRps: 'ConsultarNfseRpsEnvio',
  CancelarNfse: 'CancelarNfseEnvio',
} as const;

export type AbrasfOperation = keyof typeof OPERATIONS;

/** Whether an operation only asks, and changes nothing: the model has all of these begin alike. */
export const isQuestion = (operation: AbrasfOperation): boolean => operation.startsWith('Consultar');

/** Vendors whose RPS has places for IBS and CBS since 2026, each in its own way. */
export const TAX_REFORM_VENDORS = ['webiss', 'giss', 'tiplan', 'nfecidades'] as const;

export type TaxReformVendor = (typeof TAX_REFORM_VENDORS)[number];
