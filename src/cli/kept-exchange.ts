import * as z from 'zod/mini';
import { packedAgain } from '../worker/unpacked.ts';

const text = z.string();
const Answered = z.object({
  answers: text,
  response: z.object({
    status: z.number(),
    body: text,
    unpacked: z.optional(z.array(z.object({ text, sha256: text }))),
  }),
});
const Unanswered = z.object({ answers: text, noAnswer: text, left: z.boolean() });
const Sent = z.object({ attempt: text, request: z.object({ path: text }) });

/** One of the records that the worker keeps of its exchanges. */
export type KeptExchange =
  | { readonly kind: 'answered'; readonly status: number; readonly body: string }
  | { readonly kind: 'unanswered'; readonly left: boolean }
  | { readonly kind: 'sent' };

/** The exchange whose record a text is, if it is one. */
export function keptExchange(source: string): KeptExchange | undefined {
  const record = parsed(source);
  const answered = Answered.safeParse(record);
  if (answered.success) {
    const { response } = answered.data;
    return { kind: 'answered', status: response.status, body: packedAgain(response) };
  }
  const unanswered = Unanswered.safeParse(record);
  if (unanswered.success) return { kind: 'unanswered', left: unanswered.data.left };
  return Sent.safeParse(record).success ? { kind: 'sent' } : undefined;
}

function parsed(source: string): unknown {
  try {
    return JSON.parse(source);
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof RangeError) return undefined; // an answer may be broken, or far too deep
    throw error;
  }
}
