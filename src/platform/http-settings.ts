/**
 * How long an AWS call may take before the client tries again. Without these a silent connection holds a function until its own
 * time-out, and the retry that recognises a lost answer never comes.
 */
export const httpSettings = { connectionTimeout: 1_000, requestTimeout: 5_000, throwOnRequestTimeout: true } as const;
