import type { Resolved } from './namespaces.ts';
import type { Particle } from './notation.ts';

/**
 * Whether an element can be the first of a particle. The layouts are such that the next element alone tells which way to go,
 * as XML Schema demands of a content model, so that nothing has to be tried and taken back.
 *
 * @param namespace of the elements around
 */
export function canStart(particle: Particle, next: Resolved | undefined, namespace: string): boolean {
  if (!next) return false;
  switch (particle.kind) {
    case 'element': {
      const { name, type } = particle;
      const own = type.kind === 'complex' ? (type.namespace ?? namespace) : namespace;
      return next.local === name && next.namespace === own;
    }
    case 'any':
      return particle.namespaces === 'any' || (next.namespace !== namespace && next.namespace !== '');
    case 'choice':
      return particle.parts.some((part) => canStart(part, next, namespace));
    case 'sequence':
      for (const part of particle.parts) {
        if (canStart(part, next, namespace)) return true;
        if (!isOptional(part)) return false;
      }
      return false;
  }
}

/** Whether nothing at all satisfies a particle. */
export function isOptional(particle: Particle): boolean {
  if (particle.least === 0) return true;
  switch (particle.kind) {
    case 'element':
    case 'any':
      return false;
    case 'choice':
      return particle.parts.some(isOptional);
    case 'sequence':
      return particle.parts.every(isOptional);
  }
}

/** The elements of a particle, in their order, each once. */
export function namesOf(particle: Particle): readonly string[] {
  if (particle.kind === 'element') return [particle.name];
  if (particle.kind === 'any') return [];
  return [...new Set(particle.parts.flatMap(namesOf))];
}

/** The elements one of which has to come first. */
export function firstNamesOf(particle: Particle): readonly string[] {
  if (particle.kind !== 'sequence') {
    return particle.kind === 'choice' ? particle.parts.flatMap(firstNamesOf) : namesOf(particle);
  }
  const end = particle.parts.findIndex((part) => !isOptional(part));
  return particle.parts.slice(0, end < 0 ? undefined : end + 1).flatMap(firstNamesOf);
}
