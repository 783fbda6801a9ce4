import { defineConfig } from 'drizzle-kit';

/** `npm run migrations` writes the next migration from what changed in `schema.ts`. Those that were released are never changed. */
export default defineConfig({
  dialect: 'postgresql',
  schema: './src/projections/reporting/schema.ts',
  out: './src/projections/reporting/migrations',
});
