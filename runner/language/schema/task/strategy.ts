import {
  boolean,
  integer,
  list,
  map,
  object,
  objectWithRest,
  oneOf,
  template,
} from '../shape/combinators.ts';
import { DEFAULTS } from '../defaults.ts';
import { keyNameFormat } from '../shape/format.ts';
import { scalar } from '../shape/scalar.ts';

const axisName = keyNameFormat('a matrix key', 'venue');
const leg = map('matrix values', { called: 'matrix key', name: axisName, shape: scalar, most: 50 });

export const matrix = objectWithRest(
  'a matrix',
  {
    include: {
      shape: list(leg, 0, 10_000),
      description: 'More values for legs that match, or legs of their own.',
      example: 'include: [{ venue: nyse, tape: A }]',
    },
    exclude: {
      shape: list(leg, 0, 1000),
      description: 'Legs to leave out.',
      example: 'exclude: [{ venue: nasdaq, tape: A }]',
    },
  },
  {
    called: 'matrix key',
    name: axisName,
    most: 50,
    shape: oneOf(list(scalar, 1, 10_000), template(['params', 'needs', 'inputs'], { onlyExpression: true })),
  },
);

export const strategy = object('a strategy', {
  matrix: {
    shape: matrix,
    description:
      'An instance for each combination of these values. A text is an expression that gives the list: `${{ fromJSON(needs.list.outputs.symbols) }}` is known once `list` is done.',
    example: 'matrix: { venue: [nyse, nasdaq] }',
  },
  'max-parallel': {
    shape: integer({ min: 1 }),
    description: 'How many of the task’s instances run at once, over all its dates.',
    default: 'no limit of its own',
    example: 'max-parallel: 2',
  },
  'fail-fast': {
    shape: boolean,
    description:
      'The first failure cancels the task’s other instances. GitHub’s default is true; here one bad date must not cost the others.',
    default: DEFAULTS.failFast,
    example: 'fail-fast: true',
  },
});
