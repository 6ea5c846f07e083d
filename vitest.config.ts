import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
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
          // Shared machines stall for seconds; no test measures time.
          testTimeout: 60_000,
        },
      },
      {
        // Starts and kills processes, plays thousands of schedules, or reads the market data beside the project.
        test: {
          name: 'slow',
          include: ['test/**/*.slow.test.ts'],
          exclude: ['test/system/**'],
          testTimeout: 120_000,
        },
      },
      {
        // Needs S3 servers, which `test/parts/prepare.ts` gets; each file starts its own.
        test: {
          name: 's3',
          include: ['test/**/*.s3.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 600_000,
          maxConcurrency: 16,
        },
      },
      {
        // Needs a container engine; each file owns what it creates, by label.
        test: {
          name: 'engine',
          include: ['test/**/*.engine.test.ts', 'test/system/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 300_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
