/** Texts that a body carries as gzip in Base64, by what stands there: whoever packed or unpacked one spares the others the work. */
export type PackedTexts = ReadonlyMap<string, string>;

/** One HTTP exchange as a value, so that providers stay free of sockets and every exchange can be kept as evidence. */
export interface HttpRequest {
  readonly method: 'GET' | 'HEAD' | 'POST';
  /** Path below the provider's base URL, beginning with `/`. Hosts never come from data. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly texts?: PackedTexts;
  /** Of a POST that only asks, and changes nothing at the authority. */
  readonly asks?: boolean;
}

export interface HttpResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly texts?: PackedTexts;
  /** What the body's bytes were read by, where it was not UTF-8: with it, a kept answer gives its bytes back. */
  readonly charset?: string;
}

/** Sends one request once: no retry, no redirect, capped in time and size. Rejects with {@link TransportError} only. */
export type Transport = (request: HttpRequest) => Promise<HttpResponse>;

/**
 * No usable HTTP answer. `sent` tells the two cases apart that must never be confused: `false` means that no byte of the
 * request left (name not found, connection refused, TLS refused), so sending again is safe; `true` means that the authority
 * may have acted (time-out, reset, answer too large).
 */
export class TransportError extends Error {
  override readonly name = 'TransportError';
  readonly code = 'transport';
  readonly sent: boolean;
  constructor(message: string, options: { sent: boolean; cause?: unknown }) {
    super(message, { cause: options.cause });
    this.sent = options.sent;
  }
}
