import type { DocumentDamaged, DocumentMissing } from '../commands/ports.ts';
import { logMetrics } from './metrics.ts';

/** A client asked for a document that a history names, and the store does not have it. An alarm watches the metric. */
export function noteDocumentUnavailable({ code, key }: DocumentMissing | DocumentDamaged, at: Date): void {
  logMetrics({
    message: 'document unavailable',
    facts: { reason: code, key },
    metrics: { DocumentsUnavailable: [1, 'Count'] },
    at,
  });
}
