import {
  boolean,
  choice,
  condition,
  integer,
  list,
  map,
  number,
  object,
  oneOf,
  template,
  text,
} from './combinators.ts';
import { DEFAULTS } from './defaults.ts';
import { external } from './external.ts';
import { capability, environmentName, identifier, nameFormat, projectPath, size } from './format.ts';
import { image } from './image.ts';
import { moment } from './moment.ts';
import { needs } from './need.ts';
import { outputs } from './output.ts';
import { retry } from './retry.ts';
import { strategy } from './strategy.ts';

/** Every key of a task, in the order in which the reference page explains them. */
export const taskKeys = {
  description: {
    shape: text(),
    description: 'What it is for, in a sentence.',
    example: 'description: Closing prices of all venues',
  },
  params: {
    shape: list(text({ format: nameFormat('a param name', 'date') })),
    description: 'The params that it sees: its keys, and settings that enter its fingerprint.',
    default: 'all',
    example: 'params: [date, top]',
  },
  uses: {
    shape: text({ format: projectPath }),
    description:
      'A reusable task: a file with `inputs` and a task’s keys beside it. Keys written here come first.',
    example: 'uses: ./tasks/fetch.yaml',
  },
  with: {
    shape: map('inputs', {
      called: 'input',
      name: identifier,
      shape: template(['params', 'matrix'], { asWritten: true }),
    }),
    description: 'Values for the inputs of `uses`.',
    example: "with: { url: 'https://example.org/${{ params.date }}.csv' }",
  },
  image: {
    shape: image,
    description:
      'The container image: a reference, or the path of a Dockerfile (it begins with `./`), built once for each content of its folder. A task with neither `image` nor `run` only waits for its needs.',
    example: 'image: python:3.12-slim',
  },
  run: {
    shape: text({
      insteadOfExpression:
        'Values reach a script as environment: write "$SLUICE_PARAM_DATE" for params.date, "$SLUICE_MATRIX_VENUE" for matrix.venue, or name one yourself under `env`.',
    }),
    description:
      'The script. `${{ }}` is not allowed in it: values come as environment variables, so that none of them is ever read as code.',
    example: 'run: python scripts/prices.py "$SLUICE_PARAM_DATE"',
  },
  shell: {
    shape: text(),
    description: 'The program that reads the script.',
    default: DEFAULTS.shell,
    example: 'shell: bash -euo pipefail',
  },
  entrypoint: {
    shape: oneOf(text(), list(text(), 1)),
    description: 'Replaces the entrypoint of the image, where there is no `run`.',
    default: "the image's",
    example: 'entrypoint: [/bin/load]',
  },
  args: {
    shape: list(template(['params', 'matrix', 'inputs', 'needs'], { asWritten: true })),
    description: 'Arguments for the entrypoint, where there is no `run`.',
    default: "the image's command",
    example: "args: [--date, '${{ params.date }}']",
  },
  user: {
    shape: text({ asWritten: true }),
    description: 'User (and group) in the container.',
    default: "the image's",
    example: 'user: 1000:1000',
  },
  'working-directory': {
    shape: text(),
    description: 'Where the script starts. `files` are laid below `/workspace`.',
    default: '/workspace',
    example: 'working-directory: /workspace/scripts',
  },
  env: {
    shape: map('environment', {
      called: 'environment variable',
      name: environmentName,
      shape: template(['params', 'matrix', 'inputs', 'needs'], { asWritten: true }),
    }),
    description: 'Environment variables. Values stay as they are written: `1.10` is `1.10`.',
    example: "env: { BASE_URL: 'https://example.org', LIMIT: 50 }",
  },
  secrets: {
    shape: list(text({ format: environmentName })),
    description:
      'Variables taken from the environment of sluice, then from `--env-file`, and masked in every log. A missing one stops the plan.',
    example: 'secrets: [API_KEY]',
  },
  files: {
    shape: list(text({ format: projectPath })),
    description:
      'Files of the project that the script needs, globs too: laid below `/workspace` and part of the fingerprint, so that a change makes results stale.',
    example: 'files: [scripts/prices.py]',
  },
  needs: {
    shape: needs,
    description: 'The tasks whose results it reads, below `/inputs/<task>/`.',
    example: 'needs: [prices, { task: fails, latest: true, optional: true }]',
  },
  if: {
    shape: condition(['params', 'matrix', 'inputs', 'needs']),
    description:
      'Only if this holds. On params alone: decided when planning. On `needs`: when its turn comes, and `skipped` is recorded. With `always()`, `failure()` or `cancelled()` the task is a hook: once per run, after its needs, committing nothing.',
    example: 'if: weekday(params.date) == 5',
  },
  strategy: {
    shape: strategy,
    description: 'Several instances side by side.',
    example: 'strategy: { matrix: { venue: [nyse, nasdaq] }, max-parallel: 1 }',
  },
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
        default: 'no limit',
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
  network: {
    shape: choice('bridge', 'none'),
    description: '`none`: no network but loopback.',
    default: DEFAULTS.network,
    example: 'network: none',
  },
  pull: {
    shape: choice('missing', 'always', 'never'),
    description: 'When the image is pulled: once in a run, however many tasks wait for it.',
    default: DEFAULTS.pull,
    example: 'pull: always',
  },
  'cap-add': {
    shape: list(text({ format: capability })),
    description: 'Linux capabilities beyond the usual `CHOWN DAC_OVERRIDE FOWNER FSETID SETUID SETGID KILL`.',
    example: 'cap-add: [NET_BIND_SERVICE]',
  },
  'cap-drop': {
    shape: list(text({ format: capability })),
    description: 'Capabilities to take away; `ALL` takes all.',
    example: 'cap-drop: [ALL]',
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
  outputs: {
    shape: outputs,
    description:
      'What it writes below `/outputs`: paths, globs, and values. All of it must be there for the result to count. Without outputs, the record that it succeeded is the result.',
    example: 'outputs: [prices.csv, { value: symbols }]',
  },
  due: {
    shape: moment,
    description: 'From when it can be expected; before, it is `waiting` and not failed.',
    default: 'when its needs are; without needs, at the end of its period',
    example: "due: '18:00'",
  },
  deadline: {
    shape: moment,
    description: 'When it is still not there by then, one alert is sent.',
    example: "deadline: '21:00'",
  },
  until: {
    shape: moment,
    description: 'For a source that shows only the present: after this moment the instance is `lost`.',
    example: "until: '23:59'",
  },
  external: {
    shape: external,
    description:
      'Made by somebody else: an object, a prefix with a done-flag, or a URL. It is waited for, not run.',
    example: "external: { object: 's3://vendor/${{ params.date }}.parquet' }",
  },
  owner: {
    shape: text(),
    description: 'Whom an alert names.',
    default: "the pipeline's",
    example: "owner: '@quant-oncall'",
  },
  runbook: {
    shape: text(),
    description: 'What to do when it fails; shown in alerts.',
    default: "the pipeline's",
    example: 'runbook: https://example.org/runbooks/prices',
  },
} as const;

/** Keys of GitHub's jobs that have another form here. */
export const fromGitHub = {
  steps: 'A task is one script in one container: put the commands into `run`, or make several tasks.',
  'runs-on': 'A task runs in a container: name its `image`.',
  container: 'Write `image: <reference>` directly in the task.',
  services: 'There are no service containers: reach a service by its address.',
  permissions: 'Remove it: permissions belong to the workflow that calls sluice.',
  environment: 'Variables are written under `env`, secrets under `secrets`.',
  name: 'The key of a task is its name; a longer text goes into `description`.',
  script: 'The script is written under `run`.',
  command: 'A script is written under `run`, arguments of the image under `args`.',
  'depends-on': 'Write `needs`.',
  depends_on: 'Write `needs`.',
  retries: 'Write `retry: { max-attempts: N }`.',
  timeout: 'Write `timeout-minutes`.',
  volumes:
    'Host folders are not mounted: name `files` of the project, or read what other tasks made below /inputs.',
  privileged: 'Containers are never privileged: name what is missing under `cap-add`.',
} as const;

export const task = object('a task', taskKeys, { instead: fromGitHub });
