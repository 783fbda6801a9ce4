import { describe, expect, it } from 'vitest';
import type { EventView } from './api-client.ts';
import { attemptsIn, printable, timelineOf } from './timeline.ts';

const error = { code: 'E0240', message: 'O CEP não existe.', howToFix: 'Corrija o CEP.', source: 'CEP' };
const deferred: EventView = {
  type: 'SubmissionDeferred',
  at: '2026-11-10T12:00:03.100Z',
  data: {
    reason: 'outcome-unknown',
    detail: 'HTTP 502\u001b[2J',
    attempt: 1,
    nextAttemptAt: '2026-11-10T12:00:04.600Z',
  },
};
const issued: EventView = {
  type: 'Issued',
  at: '2026-11-10T12:00:05.000Z',
  data: { providerProtocol: 'NFS1', nfseNumber: '101', accessKey: '31', issuedAt: '2026-11-10T09:00:05-03:00' },
};
const failed: EventView = { type: 'Failed', at: '2026-11-10T12:00:00.000Z', data: { error, attempt: 1 } };

describe('the timeline of an invoice', () => {
  it('counts seconds from its first event', () => {
    expect(timelineOf([failed, deferred, issued]).map(({ seconds }) => seconds)).toEqual([0, 3.1, 5]);
  });

  it('says of a rejection its code and how to fix it', () => {
    expect(timelineOf([failed])[0]?.says).toBe('E0240: O CEP não existe. Corrija o CEP.');
  });

  it('says of a deferral why, and when the authority is asked again', () => {
    expect(timelineOf([deferred])[0]?.says).toBe('outcome unknown (HTTP 502 [2J), looks again in 1.5 s');
  });

  it('hands nothing to the terminal that it would obey', () => {
    expect(printable('a\u001b[31mb\r\nc')).toBe('a [31mb c');
  });

  it('counts as attempts what the authority was asked to issue, and not its cancellation', () => {
    const cancelled: EventView = { type: 'Cancelled', at: issued.at, data: { cancelledAt: issued.at } };
    expect(attemptsIn([failed, deferred, issued, cancelled])).toBe(3);
  });
});
