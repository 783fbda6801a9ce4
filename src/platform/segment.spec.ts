import { describe, expect, it } from 'vitest';
import { openSegment, type SegmentFacts } from './segment.ts';

interface Document extends SegmentFacts {
  readonly id: string;
  readonly trace_id: string;
  readonly parent_id?: string;
  readonly type?: string;
  readonly start_time: number;
  readonly end_time: number;
  readonly fault?: boolean;
  readonly subsegments?: readonly Document[];
}

const root = '1-6b048c31-0123456789abcdef01234567';
const parent = '53995c3f42cd8ad8';

function opened(type: 'segment' | 'subsegment' = 'segment', facts: SegmentFacts = { name: 'emit' }) {
  const sent: Document[] = [];
  const segment = openSegment(
    { root, parent, sampled: true },
    facts,
    (document) => sent.push(document as Document),
    type,
  );
  return { sent, segment };
}

describe('a segment of a trace', () => {
  it('is sent once, when it ends, and says where it hangs', () => {
    const { sent, segment } = opened();
    expect(sent).toEqual([]);
    segment.close();
    segment.close();
    expect(sent).toHaveLength(1);
    const [document] = sent;
    expect(document).toMatchObject({ name: 'emit', trace_id: root, parent_id: parent, id: segment.position.parent });
    expect(document).not.toHaveProperty('type');
    expect(document?.end_time).toBeGreaterThanOrEqual(document?.start_time ?? Number.POSITIVE_INFINITY);
  });

  it('of the same service as its parent says that it is a part', () => {
    const { sent, segment } = opened('subsegment');
    segment.close();
    expect(sent[0]?.type).toBe('subsegment');
  });

  it('has its parts inside, however deep', () => {
    const { sent, segment } = opened();
    const part = segment.part({ name: 'S3' });
    part.part({ name: 'try' }).close();
    part.close();
    segment.close();
    expect(sent).toMatchObject([{ subsegments: [{ name: 'S3', subsegments: [{ name: 'try' }] }] }]);
  });

  it('sends a part that ends after it by itself', () => {
    const { sent, segment } = opened();
    const late = segment.part({ name: 'DynamoDB' });
    segment.close();
    late.close();
    expect(sent).toMatchObject([
      { name: 'emit' },
      { name: 'DynamoDB', type: 'subsegment', trace_id: root, parent_id: segment.position.parent },
    ]);
  });

  it('keeps its document small: of a thousand parts most go by themselves', () => {
    const { sent, segment } = opened();
    for (let i = 0; i < 1_000; i++) segment.part({ name: 'SFN' }).close();
    segment.close();
    expect(sent.reduce((sum, { subsegments = [] }) => sum + 1 + subsegments.length, 0)).toBe(1_001);
    expect(Math.max(...sent.map((document) => JSON.stringify(document).length))).toBeLessThan(64_000);
  });

  it.each([
    [429, { error: true, throttle: true }],
    [404, { error: true }],
    [503, { fault: true }],
  ])('answered with %i is told so', (status, told) => {
    const { sent, segment } = opened();
    segment.note({ http: { response: { status } } });
    segment.close();
    expect(sent[0]).toMatchObject(told);
  });

  it('says the kind of a failure and nothing of its message, which may quote a customer', () => {
    const { sent, segment } = opened();
    segment.close(new RangeError('Maria da Silva'));
    expect(sent[0]).toMatchObject({ fault: true, cause: { exceptions: [{ type: 'RangeError' }] } });
    expect(JSON.stringify(sent)).not.toContain('Maria');
  });
});
