/**
 * Stands in bundles for modules that a package loads and no function of ours calls. What they export throws, so that a call
 * which comes about later is an error with a name.
 */
function absent(): never {
  throw new Error('This module is not in the bundle: see bundling/bundle.ts');
}

/** What js-yaml (`dump`, `load`), semver (`gte`) and @oozcitak/url (`urlSerializer`) export. */
export { absent as dump, absent as gte, absent as load, absent as urlSerializer };
