export function stampOf(lockfile: string): string;
export function satisfies(lockfile: string, installed: string): boolean;
