// The worker of `npm start`: the same program as on AWS, and a word to the stack once it is up.
import '../src/worker/main.ts';

process.send?.({ ready: true });
