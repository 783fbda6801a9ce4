import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { inject } from 'vitest';
import { inProject } from '../../local/project.ts';

/** The body of a request that stores a certificate, by the command that makes one for a company of the sandbox. */
export async function certificateFor(company: string): Promise<{ pfx: string; password: string }> {
  const data = path.dirname(inject('credentials'));
  const args = [inProject('local/certificate.ts'), '--company', company, '--data', data];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  const { pfx, password } = JSON.parse(stdout) as { pfx: string; password: string };
  return { pfx: readFileSync(pfx).toString('base64'), password };
}
