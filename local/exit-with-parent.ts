// Loaded before a child of the supervisor: when the supervisor is gone without a word, its child ends as on SIGTERM, and the
// code of the service need not know that it has a parent.
const GRACE_MS = 10_000;

process.once('disconnect', () => {
  process.kill(process.pid, 'SIGTERM');
  setTimeout(() => process.exit(1), GRACE_MS).unref();
});
// The channel alone must not keep a process alive that is done.
process.channel?.unref();
