// Loaded before a script that has a parent to live for: when the parent is gone without a word, the script ends as on SIGTERM, and the
// code of the service need not know that it has a parent.
const GRACE_MS = 30_000;

process.once('disconnect', () => {
  process.kill(process.pid, 'SIGTERM');
  setTimeout(() => process.exit(1), GRACE_MS).unref();
});
// The channel alone must not keep a process alive that is done.
process.channel?.unref();
