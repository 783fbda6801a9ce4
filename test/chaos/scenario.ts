import type { Teardown } from '../../local/teardown.ts';
import type { Report } from './report.ts';

/** What a scenario is given. Each knows which of the numbers mean something to it, and takes its own where none is given. */
export interface ScenarioOptions {
  readonly seconds: number | undefined;
  readonly invoices: number | undefined;
  /** What chance begins with: the same seed draws the same faults. */
  readonly seed: number;
  /** A folder of its own, empty, that is removed afterwards. */
  readonly dataDir: string;
  /** Told of progress, a line that replaces the last. */
  readonly progress: (line: string) => void;
  /** What is started is added here, so that it ends with the run however that ends. */
  readonly running: Teardown;
}

/** A file of this folder. */
export interface Scenario {
  /** One line for the list. */
  readonly title: string;
  /** @throws when it could not be carried out at all; a broken promise is in the report */
  run(options: ScenarioOptions): Promise<Report>;
}

/** Every scenario by its name. Loaded when it is run: a broken one does not keep the others from running. */
export const SCENARIOS: Readonly<Record<string, () => Promise<Scenario>>> = {
  storm: () => import('./storm.ts'),
  sweeps: () => import('./sweeps.ts'),
  crashes: () => import('./crashes.ts'),
  histories: () => import('./histories.ts'),
  outage: () => import('./outage.ts'),
  throughput: () => import('./throughput.ts'),
  'noisy-neighbour': () => import('./noisy-neighbour.ts'),
  drain: () => import('./drain.ts'),
  rebuild: () => import('./rebuild.ts'),
  fuzz: () => import('./fuzz.ts'),
  tamper: () => import('./tamper.ts'),
};
