import { describe, expect, it } from 'vitest';
import { invoiceId } from '../../../test/invoices.ts';
import { MalformedMessage } from '../work.ts';
import { askSeldom } from './ask-seldom.ts';
import { type ParametersWanted, readWanted, wantedMessage } from './wanted.ts';

const wanted: ParametersWanted = {
  municipalityCode: '3106200',
  companyCnpj: '11222333000181',
  questions: [
    { kind: 'agreement' },
    { kind: 'withholdings' },
    { kind: 'rates', service: '01.07.01.000' },
    { kind: 'specialRegimes', service: '01.07.01.000' },
    { kind: 'benefit', benefit: '31062000200001' },
  ],
};

describe('a message that asks for parameters', () => {
  it('is read as it was written', () => expect(readWanted(wantedMessage(wanted))).toEqual(wanted));

  it.each([
    ['about an invoice', JSON.stringify({ operation: 'emit', invoiceId })],
    ['about an invoice, with the word somewhere', JSON.stringify({ operation: 'emit', requestId: 'parameters' })],
    ['that is no JSON', '"parameters" {'],
  ])('is not one %s', (_, body) => expect(readWanted(body)).toBeUndefined());

  it.each<[string, object]>([
    ['a municipality that there is none of', { municipalityCode: '0000000' }],
    ['a company that there is none of', { companyCnpj: '../../x' }],
    ['a service in another form, which would be another path', { questions: [{ kind: 'rates', service: '../x' }] }],
    ['nothing', { questions: [] }],
    ['something unknown', { questions: [{ kind: 'deadlines' }] }],
  ])('is malformed where it asks for %s', (_, changes) =>
    expect(() => readWanted(JSON.stringify({ operation: 'parameters', ...wanted, ...changes }))).toThrow(
      MalformedMessage,
    ),
  );
});

describe('requests of one process', () => {
  function process() {
    const clock = { now: 0 };
    const sent: ParametersWanted[] = [];
    const trouble: unknown[] = [];
    const queue = { down: false };
    const requests = askSeldom(
      {
        async want(one) {
          if (queue.down) throw new Error('the queue does not answer');
          sent.push(one);
        },
      },
      () => clock.now,
      (error) => trouble.push(error),
    );
    return { requests, clock, sent, trouble, queue };
  }
  const [first, second] = wanted.questions;
  const asking = (...questions: (typeof first)[]) => ({ ...wanted, questions: questions.flatMap((one) => one ?? []) });

  it('are sent once in a while, question by question and company by company', async () => {
    const { requests, clock, sent } = process();
    await requests.want(asking(first));
    await requests.want(asking(first));
    await requests.want(asking(first, second));
    await requests.want({ ...asking(first), companyCnpj: '77001122000127' });
    clock.now = 15_000;
    await requests.want(asking(first));
    expect(sent.map(({ questions }) => questions)).toEqual([[first], [second], [first], [first]]);
  });

  it('fail nobody', async () => {
    const { requests, queue, trouble } = process();
    queue.down = true;
    await requests.want(asking(first));
    expect(trouble).toEqual([new Error('the queue does not answer')]);
  });
});
