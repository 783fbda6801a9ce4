import { readFileSync } from 'node:fs';

/** Linux tells processor time in hundredths of a second, whatever the kernel's own tick is. */
const MS_A_TICK = 10;
const [USER_TIME, SYSTEM_TIME] = [11, 12];

/**
 * Processor time that a process has taken since it started, user and system, all threads, in milliseconds.
 *
 * @throws Error on a machine without /proc
 */
export function processorTimeMs(pid: number): number {
  const fields = statOf(pid);
  return (Number(fields[USER_TIME]) + Number(fields[SYSTEM_TIME])) * MS_A_TICK;
}

/** The fields of /proc/PID/stat behind the name, which may itself hold spaces and parentheses. */
function statOf(pid: number): readonly string[] {
  if (process.platform !== 'linux') throw new Error('Processor time is read from /proc: run this benchmark on Linux');
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return text.slice(text.lastIndexOf(')') + 2).split(' ');
}
