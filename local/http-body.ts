import type { IncomingMessage } from 'node:http';

/** More bytes came than the reader takes. What was read so far is forgotten. */
export class BodyTooLarge extends Error {
  override readonly name = 'BodyTooLarge';
  readonly code = 'body-too-large';
}

/**
 * Reads a request's body up to a cap, and no further.
 *
 * @throws BodyTooLarge by the announced length already, before anything is read
 */
export async function readBody(request: IncomingMessage, capBytes: number): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > capBytes) throw new BodyTooLarge(`over ${capBytes} bytes`);
  const chunks: Buffer[] = [];
  let size = 0;
  // Listeners rather than `for await`, which would destroy the socket on the way out, before the answer is written.
  return new Promise((resolve, reject) => {
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > capBytes) {
        request.removeAllListeners('data').pause();
        reject(new BodyTooLarge(`over ${capBytes} bytes`));
      } else chunks.push(chunk);
    });
    request.once('end', () => resolve(Buffer.concat(chunks)));
    request.once('error', reject);
    request.once('close', () => reject(new Error('the client went away')));
  });
}
