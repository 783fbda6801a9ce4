import type { WriteStream } from 'node:tty';
import type { Story } from './story.ts';
import { rowOf, tableOf } from './table.ts';

export interface Screen {
  show(stories: readonly Story[], changed: Story): void;
  /** Leaves the last table where it stands. */
  close(): void;
}

const REPAINT_MS = 200;
const HIDE_CURSOR = '\x1b[?25l';
const SHOW_CURSOR = '\x1b[?25h';

/** Repaints a table in place on a terminal that is tall enough; elsewhere, and in CI, prints each change as a line. */
export function screenOn(
  output: NodeJS.WriteStream,
  options: { readonly now: () => number; readonly rows: number; readonly inCi: boolean },
): Screen {
  const fits = output.isTTY && !options.inCi && (output as WriteStream).rows > options.rows + 2;
  return fits ? repainted(output, options.now) : printed(output, options.now);
}

function repainted(output: NodeJS.WriteStream, now: () => number): Screen {
  let stories: readonly Story[] = [];
  let painted = 0;
  const paint = () => {
    const lines = tableOf(stories, now(), (output.columns || 80) - 1);
    const back = painted > 0 ? `\x1b[${painted}A` : '';
    output.write(`${back}\x1b[0J${lines.join('\n')}\n`);
    painted = lines.length;
  };
  output.write(HIDE_CURSOR);
  const clock = setInterval(paint, REPAINT_MS);
  clock.unref();
  const restore = () => void output.write(SHOW_CURSOR);
  process.once('exit', restore);
  return {
    show: (all) => {
      stories = all;
      paint();
    },
    close: () => {
      clearInterval(clock);
      paint();
      restore();
      process.off('exit', restore);
    },
  };
}

function printed(output: NodeJS.WriteStream, now: () => number): Screen {
  const last = new Map<string, string>();
  return {
    show: (_, changed) => {
      const at = now();
      if (!changed.history && changed.endedAt === undefined) return;
      // The time alone is no change.
      const said = rowOf({ ...changed, startedAt: 0, endedAt: 0 }, at) + String(changed.endedAt !== undefined);
      if (last.get(changed.fate.name) === said) return;
      last.set(changed.fate.name, said);
      output.write(`${rowOf(changed, at)}\n`);
    },
    close: () => undefined,
  };
}
