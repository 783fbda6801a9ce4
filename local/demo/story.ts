import { setTimeout as sleep } from 'node:timers/promises';
import { type ApiClient, type HistoryView, type InvoiceView, type OperatorClient, Refused } from './api-client.ts';
import { endOf, type Fate, type Status } from './fates.ts';
import { attemptsIn, printable, timelineOf } from './timeline.ts';

const POLL_MS = 250;

/** What is known of an invoice at a moment of the demo. */
export interface Story {
  readonly fate: Fate;
  readonly startedAt?: number;
  /** When its end was seen. Times are milliseconds, of the clock handed in. */
  readonly endedAt?: number;
  readonly history?: HistoryView;
  readonly attempts: number;
  readonly note: string;
  /** What the second request with the same key got. */
  readonly replay?: { readonly replayed: boolean; readonly sameInvoice: boolean };
  /** Why it did not end as it should. */
  readonly failure?: string;
}

export interface StoryDeps {
  readonly api: ApiClient;
  readonly operator: OperatorClient;
  /** A body of `examples/`. */
  readonly example: (name: string) => unknown;
  /** Makes the idempotency keys of this run its own. */
  readonly run: string;
  readonly now: () => number;
  /** The longest an invoice may take to its end. */
  readonly withinMs: number;
  /** Told of every change. */
  readonly onChange: (story: Story) => void;
}

/** Lives through one fate, as a client of the API would. What goes wrong is told in the story and never thrown. */
export async function live(deps: StoryDeps, fate: Fate): Promise<Story> {
  let story: Story = { fate, startedAt: deps.now(), attempts: 0, note: 'sending' };
  const tell = (change: Partial<Story>): Story => {
    story = { ...story, ...change };
    deps.onChange(story);
    return story;
  };
  tell({});
  try {
    const { invoice, replay } = await emit(deps, fate);
    if (replay) tell({ replay });
    const see = (history: HistoryView) => tell(seen(history, story));
    const deadline = deps.now() + deps.withinMs;
    if (fate.next) {
      const { after, do: verb, example, decision } = fate.next;
      await untilSettled(deps, invoice.invoiceId, deadline, see, after);
      if (decision) await decide(deps, invoice, decision.made);
      await deps.api.post(`/invoices/${invoice.invoiceId}/${verb}`, keyOf(deps, fate, verb), deps.example(example));
    }
    const { status, cancelRefused } = fate.end;
    const seeLast = (history: HistoryView) =>
      tell({ ...seen(history, story), ...(isSettled(history.invoice.status) ? { endedAt: deps.now() } : {}) });
    const end = await untilSettled(deps, invoice.invoiceId, deadline, seeLast, status);
    if (fate.next?.decision) await decide(deps, invoice, fate.next.decision.ended);
    if (cancelRefused && !end.cancellation?.error) throw new Refused('its cancellation was not refused');
    if (fate.twice && !(story.replay?.replayed && story.replay.sameInvoice)) {
      throw new Refused('the second request with the same key was not answered as a replay of the first');
    }
    return story;
  } catch (error) {
    const reason = printable(error instanceof Error ? error.message : String(error));
    return tell({ endedAt: deps.now(), failure: `"${fate.name}" should end ${endOf(fate)}: ${reason}.`, note: reason });
  }
}

/** Decisions are kept with the company, so it is registered first, unless it is already. */
async function decide({ operator, example }: StoryDeps, { companyCnpj }: InvoiceView, decision: string): Promise<void> {
  await operator.register(companyCnpj, example('register-company'));
  await operator.decideRoute(companyCnpj, example(decision));
}

async function emit(deps: StoryDeps, fate: Fate): Promise<{ invoice: InvoiceView; replay?: Story['replay'] }> {
  const send = () => deps.api.post('/invoices', keyOf(deps, fate, 'emit'), deps.example(fate.example));
  const { invoice } = await send();
  if (!fate.twice) return { invoice };
  const second = await send();
  return {
    invoice,
    replay: { replayed: second.replayed, sameInvoice: second.invoice.invoiceId === invoice.invoiceId },
  };
}

/**
 * Looks until the authority's answer is known, and at the history whenever the version has changed. After a command the API shows
 * the invoice as unsettled at once, so an older answer is never taken for the one waited for.
 */
async function untilSettled(
  { api, now }: StoryDeps,
  invoiceId: string,
  deadline: number,
  see: (history: HistoryView) => void,
  expected: Status,
): Promise<InvoiceView> {
  let known = '';
  let status: Status | undefined;
  for (; now() < deadline; await sleep(POLL_MS)) {
    const version = await api.version(invoiceId);
    if (version === known) continue;
    const history = await api.history(invoiceId);
    // The history may be ahead of the version by now; then the next look finds the same again.
    known = version;
    see(history);
    ({ status } = history.invoice);
    if (!isSettled(status)) continue;
    if (status === expected) return history.invoice;
    throw new Refused(`it became ${status} where ${expected} was expected`);
  }
  throw new Refused(`it was still ${status ?? 'unknown'} when its time was up`);
}

function seen(history: HistoryView, { note, replay }: Story): Partial<Story> {
  const said = timelineOf(history.events).at(-1)?.says ?? note;
  const replayed = replay ? ` · second answer: Idempotency-Replayed: ${replay.replayed}` : '';
  return { history, attempts: attemptsIn(history.events), note: said + replayed };
}

function isSettled(status: Status): boolean {
  return status === 'ISSUED' || status === 'FAILED' || status === 'CANCELLED';
}

function keyOf({ run }: StoryDeps, fate: Fate, verb: string): string {
  return `demo-${run}-${fate.name.replace(/\W+/g, '-')}-${verb}`;
}
