import { progressBar } from './progress-bar.ts';
import type { Output } from './verb.ts';

/** Where nobody watches, a line now and then is enough. */
const LINE_EVERY_MS = 5_000;

export interface Progress {
  /** So many of `unit` are done, of about so many. */
  report(done: number, total: number, unit: string): void;
  /** Leaves the terminal clean for the result. */
  end(): void;
}

/**
 * The progress of long work with its pace and the time left: one line that is written over where a person watches, a line every five
 * seconds otherwise, as JSON when the result is asked for as JSON. All of it on stderr.
 *
 * @param before what was done before this run began, which says nothing about its pace
 */
export function progressOf(
  output: Output,
  { json, nowMs }: { readonly json: boolean; readonly nowMs: () => number },
): Progress & { startAt(before: number): void } {
  let started = nowMs();
  let before = 0;
  let told = started;
  return {
    startAt(done) {
      started = nowMs();
      before = done;
    },
    report(done, total, unit) {
      const at = nowMs();
      const perSecond = at > started ? ((done - before) * 1000) / (at - started) : 0;
      const secondsLeft = perSecond > 0 ? Math.max(0, Math.ceil((total - done) / perSecond)) : undefined;
      if (output.progress && !json) {
        output.progress(sentence(done, total, unit, perSecond, secondsLeft));
        return;
      }
      if (at - told < LINE_EVERY_MS) return;
      told = at;
      const facts = { done, total, unit, perSecond: Math.round(perSecond), secondsLeft };
      output.err(json ? JSON.stringify(facts) : sentence(done, total, unit, perSecond, secondsLeft));
    },
    end: () => output.progress?.(''),
  };
}

function sentence(done: number, total: number, unit: string, perSecond: number, secondsLeft?: number): string {
  const pace = `${Math.round(perSecond)}/s`;
  const left = secondsLeft === undefined ? '' : `, ${timeLeft(secondsLeft)}`;
  return `${progressBar(done, total)} ${unit}, ${pace}${left}`;
}

function timeLeft(seconds: number): string {
  if (seconds < 60) return `faltam ${seconds} s`;
  const minutes = Math.ceil(seconds / 60);
  return minutes < 60 ? `faltam ${minutes} min` : `faltam ${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
