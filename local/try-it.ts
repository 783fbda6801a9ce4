/** A command to paste: emits the example invoice as an API client would, a new one each time. */
export function tryItCommand(stack: {
  readonly apiUrl: string;
  readonly apiKey: string;
  readonly data: string | undefined;
}): string {
  const data = stack.data === undefined ? '' : ` --data ${quoted(stack.data)}`;
  return [
    `curl -i ${stack.apiUrl}/invoices`,
    `-H "Authorization: Bearer $(npm run -s token -- --role client${data})"`,
    `-H 'x-api-key: ${stack.apiKey}'`,
    '-H "Idempotency-Key: pedido-$(date +%s)"',
    "-H 'Content-Type: application/json'",
    '-d @examples/emit-invoice.json',
  ].join(' \\\n  ');
}

function quoted(text: string): string {
  return /^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
