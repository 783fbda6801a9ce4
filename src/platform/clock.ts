import { randomBytes } from 'node:crypto';
import { ulid } from '../events/ids.ts';

/** The two things a pure core cannot make for itself. */
export const now = (): Date => new Date();
export const newId = (): string => ulid(Date.now(), randomBytes(10));
