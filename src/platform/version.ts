import manifest from '../../package.json' with { type: 'json' };

/** The version of the service, as its package says. */
export const VERSION: string = manifest.version;

/** `verAplic` of every document: which software made it. At most 20 characters. */
export const SOFTWARE_VERSION = `nfse-ledger-${VERSION}`.slice(0, 20);
