import { boolean, map, object, text } from './shape/combinators.ts';
import { identifier } from './shape/format.ts';
import { fromGitHub } from './from-github.ts';
import { scalar } from './shape/scalar.ts';
import { taskKeys } from './task/task.ts';

const input = object(
  'an input',
  {
    description: {
      shape: text(),
      description: 'What it is for.',
      example: 'description: Where to fetch from',
    },
    required: {
      shape: boolean,
      description: 'The caller must give it.',
      default: false,
      example: 'required: true',
    },
    default: { shape: scalar, description: 'Its value where the caller gives none.', example: 'default: 3' },
  },
  {
    mayBeEmpty: true,
    instead: { type: 'Inputs are texts, as in action.yml: remove it.' },
  },
);

/** A reusable task, named by `uses`. */
export const reusableFile = object(
  'a reusable task',
  {
    inputs: {
      shape: map('inputs', { called: 'input', name: identifier, shape: input }),
      description:
        'What the caller gives under `with`; read as `inputs.<name>`, for instance in `env`, which hands it to the script.',
      example: 'inputs: { url: { required: true } }',
    },
    ...taskKeys,
  },
  {
    extensible: true,
    instead: { ...fromGitHub, runs: 'There is no `runs`: the keys of a task stand beside `inputs`.' },
  },
);
