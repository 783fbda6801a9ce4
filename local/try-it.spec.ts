import { describe, expect, it } from 'vitest';
import { tryItCommand } from './try-it.ts';

const stack = { apiUrl: 'http://127.0.0.1:4280', apiKey: 'k', data: undefined };

describe('the command to paste', () => {
  it('asks for its own token and is a new request each time', () => {
    expect(tryItCommand(stack)).toContain('$(npm run -s token -- --role client)');
    expect(tryItCommand(stack)).toContain('pedido-$(date +%s)');
  });

  it('names the data when they are not where they are by default, quoted for the shell', () => {
    expect(tryItCommand({ ...stack, data: "/tmp/it's here" })).toContain("--data '/tmp/it'\\''s here')");
  });
});
