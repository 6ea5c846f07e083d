import { condition, list, map, object, template, text } from '../shape/combinators.ts';
import { external } from './external.ts';
import { identifier, nameFormat, projectPath } from '../shape/format.ts';
import { fromGitHub } from '../from-github.ts';
import { moment } from './moment.ts';
import { needs } from './need.ts';
import { outputs } from './output.ts';
import { strategy } from './strategy.ts';
import { containerKeys } from './task-container.ts';
import { limitKeys } from './task-limits.ts';

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
  ...containerKeys,
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
  ...limitKeys,
  outputs: {
    shape: outputs,
    description:
      'What it writes below `/outputs`: paths, globs, and values. All of it must be there for the result to count. Without outputs, the record that it succeeded is the result.',
    example: 'outputs: [prices.csv, { value: symbols }]',
  },
  due: {
    shape: moment,
    description: 'From when it can be expected; before, it is `waiting` and not failed.',
    default:
      'when its needs are; without needs, at the start of its period where it has `until`, else at its end',
    example: "due: '18:00'",
  },
  deadline: {
    shape: moment,
    description: 'When it is still not there by then, that is told once, and it is still tried.',
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

export const task = object('a task', taskKeys, { instead: fromGitHub, extensible: true });
