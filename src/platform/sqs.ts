import { SQSClient } from '@aws-sdk/client-sqs';
import { httpSettings } from './http-settings.ts';

/** A long poll is an answer that takes 20 seconds by intent. */
const LONG_POLL_MS = 20_000;

export const sqs = (): SQSClient =>
  new SQSClient({ requestHandler: { ...httpSettings, requestTimeout: LONG_POLL_MS + httpSettings.requestTimeout } });
