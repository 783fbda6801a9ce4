/** What a refusal is about, by status and code: the end of the problem's `type`. */
export const PROBLEMS = {
  'malformed-request': [400, 'The address or the body could not be read.'],
  'malformed-body': [400, 'The body is no JSON object, or a value is of another kind or longer than described.'],
  'missing-body': [400, 'There is no body.'],
  'not-json': [400, 'The body is not JSON.'],
  'not-an-object': [400, 'The body is JSON, and no object.'],
  'too-deep': [400, 'The body is nested more than 16 levels deep.'],
  'malformed-text': [400, 'A text holds half of a Unicode character.'],
  'idempotency-key-missing': [400, 'Neither `Idempotency-Key` nor `requestId` was given.'],
  'invalid-idempotency-key': [400, 'The key has another form, or was given twice and different.'],
  'invalid-cursor': [400, 'The cursor is not of this list with these filters.'],
  unauthenticated: [401, 'There is no token, or it is not valid.'],
  'api-key': [403, 'The API key is missing or unknown.'],
  forbidden: [403, 'None of your roles may do this, or the company is not yours.'],
  blocked: [403, 'The firewall stopped the request.'],
  'invoice-not-found': [404, 'There is no such invoice among those of your companies.'],
  'document-not-available': [404, 'The invoice does not have this document, or not yet.'],
  'municipality-not-found': [404, 'There is no municipality with this code.'],
  'company-not-found': [404, 'There is no such company among yours.'],
  'report-not-found': [404, 'There is no such report.'],
  'projection-not-found': [404, 'There is no such projection.'],
  'route-not-found': [404, 'The API has no such address.'],
  'method-not-allowed': [405, 'The address exists, not with this method.'],
  'request-in-progress': [409, 'The first request with this key is still being accepted.'],
  'nothing-to-cancel': [409, "The invoice's status leaves nothing to cancel."],
  'nothing-to-retry': [409, 'Only an invoice that was refused can be retried.'],
  'company-not-registered': [409, 'This installation issues for registered companies only.'],
  'other-environment': [409, "The company is registered for the authorities' other environment."],
  'company-changed': [412, 'Somebody changed the company first: read it again.'],
  'request-too-large': [413, 'The body has more than 256 KB.'],
  'body-too-large': [413, 'The body has more than 10 MB.'],
  'invalid-request': [422, 'Fields are to be corrected: `errors` says which and how.'],
  'idempotency-key-reused': [422, 'The key was used with another content.'],
  'if-match-required': [428, 'The company exists: send the `ETag` that you read in `If-Match`.'],
  'too-many-requests': [429, 'Wait, and repeat with the same key.'],
  'quota-exceeded': [429, "The day's requests of the API key are used up."],
  internal: [500, 'Ours. Repeat with the same key: nothing happens twice.'],
  'document-missing': [500, "Ours. The invoice's history names this document, and it is not where it was kept."],
  'document-damaged': [500, 'Ours. What is kept is not the document that the history names: it is not given.'],
  'internal-error': [502, 'Ours. Repeat with the same key: nothing happens twice.'],
  'database-unavailable': [503, 'The database of reports is starting, or away: try again in a while.'],
  'rows-unread': [
    503,
    'Too many reads at once: invoices of the list could not be read, and it is not given without them.',
  ],
  contention: [503, 'Too many changes of one invoice at once; nothing was stored.'],
  timeout: [504, 'The answer was not ready in 29 seconds.'],
} as const satisfies Readonly<Record<string, readonly [status: number, text: string]>>;

export type ProblemCode = keyof typeof PROBLEMS;

/** What any route may answer; what one with a token; what one with a body; what one that happens once. */
export const EVERY: readonly ProblemCode[] = [
  'malformed-request',
  'blocked',
  'too-many-requests',
  'internal',
  'internal-error',
  'timeout',
];
export const GUARDED: readonly ProblemCode[] = ['unauthenticated', 'api-key', 'forbidden', 'quota-exceeded'];
export const WITH_BODY: readonly ProblemCode[] = [
  'malformed-body',
  'missing-body',
  'not-json',
  'not-an-object',
  'too-deep',
  'malformed-text',
  'request-too-large',
  'body-too-large',
  'invalid-request',
];
export const ONCE: readonly ProblemCode[] = [
  'idempotency-key-missing',
  'invalid-idempotency-key',
  'request-in-progress',
  'idempotency-key-reused',
];
