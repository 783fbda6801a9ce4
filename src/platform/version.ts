/** The version of the service, as its package says. The package's own file would be 3 KB in every bundle. */
export const VERSION = '0.1.0';

/** `verAplic` of every document: which software made it. At most 20 characters. */
export const SOFTWARE_VERSION = `nfse-ledger-${VERSION}`.slice(0, 20);
