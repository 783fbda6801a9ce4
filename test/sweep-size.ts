/**
 * How large a sweep is. `npm test` takes the everyday size, which still finds what is wrong in more than a rare case;
 * `npm run chaos -- sweeps` takes the full one.
 */
export const sweepSize = (full: number, everyday: number): number =>
  process.env.SWEEP_SIZE === 'full' ? full : everyday;
