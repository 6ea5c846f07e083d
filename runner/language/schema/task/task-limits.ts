import { boolean, integer, map, number, object, oneOf, template, text } from '../shape/combinators.ts';
import { DEFAULTS } from '../defaults.ts';
import { nameFormat, size } from '../shape/format.ts';
import { retry } from './retry.ts';

/** What a task may take, and what becomes of it when it fails. */
export const limitKeys = {
  concurrency: {
    shape: oneOf(
      template(['params', 'matrix', 'inputs']),
      object(
        'a concurrency group',
        {
          group: {
            shape: template(['params', 'matrix', 'inputs']),
            required: true,
            description: 'Name of the group.',
            example: 'group: warehouse',
          },
        },
        {
          instead: {
            'cancel-in-progress':
              'Groups queue and never drop: remove it. A result that is superseded is replaced when the newer one commits.',
          },
        },
      ),
    ),
    description: 'A group in which one instance runs at a time. The others queue; none is dropped.',
    example: 'concurrency: warehouse',
  },
  pool: {
    shape: oneOf(
      text({ format: nameFormat('a pool name', 'db') }),
      map('pools', {
        called: 'pool',
        name: nameFormat('a pool name', 'db'),
        shape: integer({ min: 1, max: 10_000 }),
      }),
    ),
    description: 'Slots that it takes of the `pools` in sluice.yaml while it runs: a name takes one.',
    example: 'pool: { db: 2 }',
  },
  resources: {
    shape: object('resources', {
      cpus: {
        shape: number({ above: 0, max: 4096 }),
        description: 'Processor cores; fractions too.',
        default: 'no limit',
        example: 'cpus: 1.5',
      },
      memory: {
        shape: text({ format: size, asWritten: true }),
        description:
          'Memory: `MiB`, `GiB` (powers of 1024), `MB`, `GB` (powers of 1000), or `m`, `g` as Docker writes it.',
        default: "the engine's, less a tenth",
        example: 'memory: 512MiB',
      },
      pids: {
        shape: integer({ min: 1, max: 4_194_304 }),
        description: 'Processes and threads.',
        default: DEFAULTS.pids,
        example: 'pids: 1000',
      },
    }),
    description: 'What the container may use.',
    example: 'resources: { cpus: 2, memory: 1GiB }',
  },
  'timeout-minutes': {
    shape: number({ above: 0, max: 525_600 }),
    description: 'Minutes until the container is ended; fractions too. Pulling the image does not count.',
    default: DEFAULTS.timeoutMinutes,
    example: 'timeout-minutes: 10',
  },
  'continue-on-error': {
    shape: boolean,
    description: 'A failure raises neither alert nor exit status. What needs it is still blocked.',
    default: DEFAULTS.continueOnError,
    example: 'continue-on-error: true',
  },
  retry: {
    shape: retry,
    description:
      'Further attempts. Without it only transient trouble (engine, store, pull) is tried again, three times.',
    example: 'retry: { max-attempts: 5, on: [transient, 17] }',
  },
} as const;
