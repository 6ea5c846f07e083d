import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/** Without it a poll gives up after a second. */
const expect = { poll: { timeout: 30_000 } };

export default defineConfig({
  test: {
    // Vitest leaves a core to itself otherwise: one worker on a machine of two.
    maxWorkers: Math.max(2, availableParallelism()),
    projects: [
      {
        // Needs nothing but Node, and ends within half a minute: `npm run test:fast`.
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: [
            'test/**/*.slow.test.ts',
            'test/**/*.engine.test.ts',
            'test/**/*.s3.test.ts',
            'test/system/**',
          ],
          // Files that share a worker load the program once, which is half of what they cost.
          isolate: false,
          // Shared machines stall for seconds; no test measures time.
          expect,
          testTimeout: 60_000,
        },
      },
      {
        // Starts and kills processes, plays thousands of schedules, or reads the market data beside the project.
        test: {
          name: 'slow',
          include: ['test/**/*.slow.test.ts'],
          exclude: ['test/system/**'],
          expect,
          testTimeout: 120_000,
        },
      },
      {
        // Needs S3 servers, which `test/parts/prepare.ts` gets; each file starts its own.
        test: {
          name: 's3',
          include: ['test/**/*.s3.test.ts'],
          // Half a minute of it is waiting for answers that never come.
          expect,
          testTimeout: 180_000,
          hookTimeout: 600_000,
          maxConcurrency: 16,
        },
      },
      {
        // Needs a container engine; each file owns what it creates, by label, so that two can run side by side.
        test: {
          name: 'engine',
          include: ['test/**/*.engine.test.ts', 'test/system/**/*.test.ts'],
          expect,
          testTimeout: 120_000,
          hookTimeout: 300_000,
          maxWorkers: 2,
          // After the others: a number of workers of its own needs a turn of its own.
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
