import { Logger } from '@aws-lambda-powertools/logger';

/**
 * One structured line a step. What is logged is named by hand, never a whole event or request: CPF, names, addresses and
 * certificates stay out of the logs.
 */
export const logger = new Logger();
