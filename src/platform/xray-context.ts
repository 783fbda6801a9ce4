import { AsyncLocalStorage } from 'node:async_hooks';
import cls from 'cls-hooked/context.js';

/**
 * Keeps the context of X-Ray's SDK in an AsyncLocalStorage of Node's. The SDK keeps it in a namespace of cls-hooked, whose hook runs at
 * each promise of the process whether or not its trace is sampled, and doubled the processor time of an invocation. This module has to
 * be imported before the SDK, which asks for its namespace while it is loaded.
 */
type Context = Record<string, unknown>;

const NAMESPACE = Symbol.for('nfse-ledger/xray-context');

/** The members of a namespace that the SDK uses. */
function newNamespace() {
  const storage = new AsyncLocalStorage<Context>();
  /** The context outside any part of a trace: in Lambda the SDK enters one that stands for Lambda's own segment. */
  let outermost: Context = {};
  const active = (): Context => storage.getStore() ?? outermost;
  const createContext = (): Context => Object.create(active()) as Context;
  return {
    createContext,
    enter(context: Context): void {
      outermost = context;
    },
    get: (key: string): unknown => active()[key],
    set(key: string, value: unknown): unknown {
      active()[key] = value;
      return value;
    },
    run(act: (context: Context) => void): Context {
      const context = createContext();
      storage.run(context, act, context);
      return context;
    },
    runPromise<T>(act: (context: Context) => Promise<T>): Promise<T> {
      const context = createContext();
      return storage.run(context, act, context);
    },
    bind<Arguments extends readonly unknown[], T>(act: (...args: Arguments) => T, context = active()) {
      return (...args: Arguments): T => storage.run(context, act, ...args);
    },
  };
}

/** One for the process: a local stack runs all functions in one, where each bundle has a copy of the SDK. */
const shared = globalThis as { [NAMESPACE]?: ReturnType<typeof newNamespace> };
shared[NAMESPACE] ??= newNamespace();
const namespace = shared[NAMESPACE];

cls.createNamespace = () => namespace;
cls.getNamespace = () => namespace;
