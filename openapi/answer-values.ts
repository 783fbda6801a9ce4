import * as z from 'zod/mini';

/** What answers are made of. */
export const text = z.string();
export const time = z.iso.datetime({ offset: true });
