import type { APIGatewayProxyEvent, Context } from 'aws-lambda';
import { describe, expect, it, vi } from 'vitest';
import { invoiceId } from '../../test/invoices.ts';
import { DocumentDamaged, DocumentMissing } from '../commands/ports.ts';
import { logMetrics } from '../platform/metrics.ts';
import { lambda } from './lambda.ts';

vi.mock('../platform/metrics.ts', () => ({ logMetrics: vi.fn() }));
vi.hoisted(() => {
  vi.stubEnv('POWERTOOLS_LOG_LEVEL', 'SILENT');
});

const key = `${invoiceId}/dps-1.xml`;
const event = {
  httpMethod: 'GET',
  path: `/invoices/${invoiceId}/xml`,
  headers: {},
  requestContext: {
    requestId: 'r-1',
    authorizer: { claims: { 'cognito:groups': 'auditor', 'custom:companies': '*', username: 'ana' } },
  },
} as unknown as APIGatewayProxyEvent;

describe('a document that a history names and that cannot be given', () => {
  it.each([
    ['document-missing', new DocumentMissing(key)],
    ['document-damaged', new DocumentDamaged(key)],
  ])('is answered with 500 %s, and counted by the metric that has an alarm', async (reason, error) => {
    const handler = lambda('xml', () => Promise.reject(error));
    const answer = await handler(event, { awsRequestId: 'r-1' } as Context);
    expect([answer.statusCode, JSON.parse(answer.body).type]).toEqual([500, expect.stringMatching(`${reason}$`)]);
    expect(logMetrics).toHaveBeenLastCalledWith(
      expect.objectContaining({ facts: { reason, key }, metrics: { DocumentsUnavailable: [1, 'Count'] } }),
    );
  });
});
