import type { AccessKey } from '../access-key.ts';
import { element, inNamespace, leaf, writeXml } from '../xml-writer.ts';
import { LAYOUT_VERSION, NAMESPACE } from './dps-document.ts';
import { oneLine } from './text.ts';

/** Event 101101: the issuer cancels its note. */
export const CANCELLATION = '101101';

export const CANCELLATION_REASON_LENGTH = { least: 15, most: 255 } as const;

export interface CancellationInput {
  readonly accessKey: AccessKey;
  readonly companyCnpj: string;
  /** 1 issuing error, 2 service not rendered, 9 other. */
  readonly reasonCode: '1' | '2' | '9';
  /** As {@link cancellationReason} returns it. */
  readonly reason: string;
  /** Local time of the municipality with its offset, whole seconds. */
  readonly at: string;
  readonly environment: '1' | '2';
  readonly softwareVersion: string;
}

/** The reason as the layout can carry it, or `undefined` when what is left is not 15 to 255 characters long. */
export function cancellationReason(text: string): string | undefined {
  const written = oneLine(text);
  const { least, most } = CANCELLATION_REASON_LENGTH;
  return written.length >= least && written.length <= most ? written : undefined;
}

/**
 * The request to register a cancellation, as XML text under the same rules as the DPS. `xDesc` is an enumeration of the
 * schema: its accents and case are not ours to choose.
 *
 * @source NFS-e national layout 1.01, pedRegEvento; the sequence number of older snapshots is refused today (E1235)
 */
export function buildCancellation(input: CancellationInput): string {
  const request = element(
    'infPedReg',
    { Id: `PRE${input.accessKey}${CANCELLATION}` },
    leaf('tpAmb', input.environment),
    leaf('verAplic', input.softwareVersion),
    leaf('dhEvento', input.at),
    leaf('CNPJAutor', input.companyCnpj),
    leaf('chNFSe', input.accessKey),
    element(
      `e${CANCELLATION}`,
      {},
      leaf('xDesc', 'Cancelamento de NFS-e'),
      leaf('cMotivo', input.reasonCode),
      leaf('xMotivo', input.reason),
    ),
  );
  return writeXml(inNamespace(NAMESPACE, element('pedRegEvento', { versao: LAYOUT_VERSION }, request)));
}
