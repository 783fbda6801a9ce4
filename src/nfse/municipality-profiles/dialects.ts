import { type Dialect, DialectSchema, type ProfilesFile } from './schema.ts';

/** What is wrong with a dialect, and where in its file. */
export interface DialectFault {
  readonly path: string;
  readonly message: string;
}

/**
 * Dialects by name, of files one after another. One that is `like` another has everything as that one has it but for what it
 * says itself: members of an object one by one, `null` for what it does not have.
 */
export function dialectsFrom(
  files: readonly ProfilesFile[],
  fault: (fault: DialectFault) => never,
): ReadonlyMap<string, Dialect> {
  const written = new Map<string, Readonly<Record<string, unknown>>>();
  const read = new Map<string, Dialect>();
  for (const { dialects } of files) {
    for (const [name, { like, ...own }] of Object.entries(dialects)) {
      const model = like === undefined ? {} : written.get(like);
      if (!model) fault({ path: `/dialects/${name}/like`, message: `there is no "${like}" before it` });
      const whole = merged(model, own);
      written.set(name, whole);
      const parsed = DialectSchema.safeParse(whole);
      if (!parsed.success) {
        const [issue] = parsed.error.issues;
        fault({ path: ['/dialects', name, ...(issue?.path ?? [])].join('/'), message: issue?.message ?? '' });
      }
      read.set(name, parsed.data);
    }
  }
  return read;
}

type Members = Readonly<Record<string, unknown>>;

function merged(base: Members, own: Members): Members {
  const whole = new Map(Object.entries(base));
  for (const [key, value] of Object.entries(own)) {
    const before = whole.get(key);
    if (value === null) whole.delete(key);
    else whole.set(key, isObject(value) && isObject(before) ? merged(before, value) : value);
  }
  return Object.fromEntries(whole);
}

function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
