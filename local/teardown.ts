/** What runs, in the order it was started; it is ended in the reverse order. */
export interface Teardown {
  /**
   * @param stop ends it in order
   * @param kill ends it at once, for what would outlive this process
   */
  add(stop: () => Promise<unknown>, kill?: () => void): void;
  /** Ends everything, one after the other. What does not end in its time, or fails to, does not hold up the rest. */
  stopAll(): Promise<void>;
  killAll(): void;
}

const LONGEST_MS = 30_000;

export function teardown(): Teardown {
  const parts: { readonly stop: () => Promise<unknown>; readonly kill: (() => void) | undefined }[] = [];
  return {
    add: (stop, kill) => void parts.push({ stop, kill }),
    async stopAll() {
      for (let part = parts.pop(); part; part = parts.pop()) {
        let timer: NodeJS.Timeout | undefined;
        const late = new Promise((resolve) => {
          timer = setTimeout(resolve, LONGEST_MS);
        });
        await Promise.race([part.stop().catch(() => undefined), late]);
        clearTimeout(timer);
        part.kill?.();
      }
    },
    killAll() {
      for (const { kill } of parts) kill?.();
    },
  };
}
