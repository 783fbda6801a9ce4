import path from 'node:path';
import { pathToFileURL } from 'node:url';

/**
 * What makes a program of Node, and whatever it starts, reach nothing but this machine.
 *
 * @param file each refused attempt becomes a line in it; it is not there while there was none
 */
export function withRefusingResolver(file: string): Record<string, string> {
  const preload = pathToFileURL(path.join(import.meta.dirname, 'refusing-resolver.ts')).href;
  const options = [process.env.NODE_OPTIONS, '--disable-warning=ExperimentalWarning', `--import=${preload}`];
  return { NODE_OPTIONS: options.filter(Boolean).join(' '), REFUSED_HOSTS_FILE: file };
}
