import { REBUILD_DEFAULT, rebuildDefault } from './rebuild.ts';
import { choice, integer, list, map, object, oneOf, text } from './shape/combinators.ts';
import { calendar } from './calendar.ts';
import { cron } from './cron.ts';
import { DEFAULTS } from './defaults.ts';
import { keyNameFormat, nameFormat, pipelineName, timezone } from './shape/format.ts';
import { fromGitHub } from './from-github.ts';
import { param } from './param.ts';
import { task, taskKeys } from './task/task.ts';

const rebuildWord = choice('missing', 'failed', 'stale', 'all');

const schedule = object('a schedule', {
  cron: {
    shape: text({ format: cron }),
    required: true,
    description:
      'When to look: minute, hour, day of the month, month, day of the week, in the pipeline’s `timezone`. What is run is whatever is due and missing then.',
    example: "cron: '*/30 16-23 * * 1-5'",
  },
  tasks: {
    shape: list(text({ format: nameFormat('a task name', 'prices') }), 1),
    description: 'Only these tasks (and what is missing above them).',
    default: 'all',
    example: 'tasks: [short-volume]',
  },
  'lookback-days': {
    shape: integer({ min: 0, max: 36_600 }),
    description: 'Days to look back for what is due and missing.',
    default: DEFAULTS.lookbackDays,
    example: 'lookback-days: 10',
  },
  rebuild: {
    shape: oneOf(rebuildWord, list(rebuildWord, 1)),
    description: 'What is done beside what is missing or failed: `stale`, `all`.',
    default: DEFAULTS.rebuild,
    example: 'rebuild: all',
  },
});

/** `pipelines/*.yaml`. */
export const pipelineFile = object(
  'a pipeline',
  {
    name: {
      shape: text({ format: pipelineName, asWritten: true }),
      description: 'Its identity, also in the store: renaming begins anew.',
      default: "the file's name without `.yaml`",
      example: 'name: short-score',
    },
    description: {
      shape: text(),
      description: 'What it is for.',
      example: 'description: Daily short-selling ranking',
    },
    owner: { shape: text(), description: 'Whom an alert names.', example: "owner: '@quant-oncall'" },
    runbook: {
      shape: text(),
      description: 'What to do when it fails; shown in alerts.',
      example: 'runbook: https://example.org/runbooks/short-score',
    },
    timezone: {
      shape: text({ format: timezone }),
      description: 'Of dates, crons, due, deadline and until.',
      default: DEFAULTS.timezone,
      example: 'timezone: America/New_York',
    },
    on: {
      shape: object(
        'on',
        {
          schedule: {
            shape: list(schedule),
            description:
              'When `sluice serve` and `sluice tick` look for what is due. Cron wakes; it never selects dates.',
            example: "schedule: [{ cron: '0 7 * * 6', tasks: [short-volume], rebuild: all }]",
          },
        },
        {
          mayBeEmpty: true,
          instead: {
            push: 'Triggers of a repository belong to the workflow that calls sluice.',
            pull_request: 'Triggers of a repository belong to the workflow that calls sluice.',
            workflow_dispatch:
              'Triggers of a repository belong to the workflow that calls sluice; `params` are its inputs.',
          },
        },
      ),
      description: 'What starts it by itself.',
      example: "on: { schedule: [{ cron: '30 18 * * 1-5' }] }",
    },
    calendars: {
      shape: map('calendars', {
        called: 'calendar',
        name: nameFormat('a calendar name', 'nyse'),
        shape: calendar,
      }),
      description: 'Which dates there are.',
      example: 'calendars: { nyse: { weekdays: mon-fri, holidays: calendars/nyse.txt } }',
    },
    rebuild: {
      shape: rebuildDefault,
      description: REBUILD_DEFAULT,
      default: `${DEFAULTS.rebuild}, or what sluice.yaml says`,
      example: 'rebuild: stale',
    },
    params: {
      shape: map('params', {
        called: 'param',
        name: keyNameFormat('a param name', 'date'),
        shape: param,
        most: 200,
      }),
      description:
        'Keys, which identify an instance, and settings, which do not. Each is also a flag: `--date`, `--top`.',
      example: 'params: { date: { type: date, start: 2020-12-01 }, top: { type: number, default: 50 } }',
    },
    env: {
      ...taskKeys.env,
      description:
        'Environment variables of all tasks that run something. A task, a reusable task and `defaults` change single ones.',
    },
    defaults: {
      shape: object('defaults', taskKeys, { instead: fromGitHub, extensible: true }),
      description:
        'Any key of a task, for all tasks that do not write it themselves. `env` and `retry` are merged key by key.',
      example: 'defaults: { image: ./image/Dockerfile }',
    },
    tasks: {
      shape: map('tasks', {
        called: 'task',
        name: nameFormat('a task name', 'prices'),
        shape: task,
        most: 5000,
      }),
      required: true,
      description: 'The tasks, by name.',
      example: 'tasks: { prices: { image: python:3.12-slim, run: python scripts/prices.py } }',
    },
  },
  {
    extensible: true,
    instead: {
      jobs: 'Jobs are called `tasks` here; each is one script in one container.',
      concurrency: 'Write it in a task, or under `defaults`.',
      inputs: 'Inputs of a pipeline are its `params`; only a reusable task has `inputs`.',
      permissions: 'Remove it: permissions belong to the workflow that calls sluice.',
      store: 'The store is a setting of the project: write it in sluice.yaml.',
      pools: 'Pools are shared by all pipelines: write them in sluice.yaml.',
      schedule: 'Write `on: { schedule: … }`.',
    },
  },
);
