import { describe, expect, test } from 'vitest';
import { createRequest } from '../../runner/app/request.ts';
import { parseTarget } from '../../runner/commands/cli/target.ts';
import {
  evaluateCondition,
  evaluateTemplate,
  evaluateValue,
} from '../../runner/language/expression/evaluate.ts';
import type { Job } from '../../runner/model/job.ts';
import type { Plan } from '../../runner/model/plan.ts';
import { makePlan } from '../../runner/plan/plan.ts';
import { scopeOf } from '../../runner/plan/scope/scope.ts';
import { load } from '../language/compile/memory-source.ts';
import { createWorld, start, type World } from './world.ts';

/*
 * Every object has `constructor`, `toString`, `__proto__` by nature. As names of a project they are names like any
 * other, from the file to the store and back.
 */
const FILES = {
  'sluice.yaml': 'pools: { constructor: 2 }\n',
  'tasks/fetch.yaml': `inputs: { __proto__: { required: true }, toString: { default: plain } }
image: alpine
run: echo
env: { __proto__: '\${{ inputs.__proto__ }} \${{ inputs.toString }}' }
outputs: [{ value: hasOwnProperty }]
`,
  'pipelines/constructor.yaml': `calendars: { constructor: { weekdays: mon-fri } }
params:
  date: { type: date, calendar: constructor, start: 2021-01-01 }
  constructor: { type: string, key: true, default: constructor }
defaults: { image: alpine, run: echo }
tasks:
  constructor:
    strategy: { matrix: { venue: [constructor, __proto__, hasOwnProperty] } }
    pool: constructor
    secrets: [constructor, toString]
    env: { hasOwnProperty: '\${{ params.constructor }}', valueOf: '\${{ matrix.venue }}' }
    outputs: [{ value: __proto__ }, { value: toString }, constructor]
  collect:
    needs:
      - { task: constructor, as: __proto__, params: { venue: __proto__ } }
      - { task: constructor, as: valueOf, params: { venue: constructor } }
      - fetch
    if: needs.__proto__.outputs.toString == 'text' && needs.fetch.outputs.hasOwnProperty == '7'
    env: { SEEN: '\${{ needs.valueOf.outputs.__proto__ }} \${{ needs.fetch.outputs.hasOwnProperty }}' }
  fetch:
    uses: ./tasks/fetch.yaml
    with: { __proto__: given }
`,
};

const SECRETS = Object.fromEntries(['constructor', 'toString'].map((name) => [name, `secret of ${name}`]));
/** As JSON brings it, with a member of its own. */
const VALUES = JSON.parse('{ "__proto__": "proto", "toString": "text", "hasOwnProperty": "7" }') as Record<
  string,
  string
>;

async function runAll(
  world: World,
  words: readonly string[],
): Promise<{
  readonly plan: Plan;
  readonly ended: Readonly<Record<string, unknown>>;
  readonly jobs: readonly Job[];
}> {
  const { pipelines, project, problems } = await load(FILES);
  expect(problems).toEqual([]);
  const pipeline = pipelines.get('constructor');
  if (pipeline === undefined) throw new Error('no pipeline');
  const now = '2021-02-01T12:00:00Z';
  const scope = scopeOf(pipelines, createRequest(pipeline, parseTarget(words), {}), now);
  const knowledge = await world.ledger.readKnowledge(scope.ranges, { contents: true });
  const plan = makePlan(pipelines, scope, knowledge, now);
  const { report, engine } = start(
    world,
    [],
    plan.instances,
    ({ outputs }) => ({
      files: { constructor: 'x' },
      values: Object.fromEntries(outputs.values.map((name) => [name, VALUES[name] ?? ''])),
    }),
    {
      pipelines,
      pools: project.pools,
      secrets: SECRETS,
      expressions: { template: evaluateTemplate, condition: evaluateCondition, value: evaluateValue },
    },
  );
  const ended = (await report).instances.map(({ id, state }) => [id.slice('constructor/'.length), state]);
  return { plan, ended: Object.fromEntries(ended), jobs: engine.jobs };
}

describe('names that every object has by nature', () => {
  test('are names like any other, from the file to the store and back', async () => {
    const world = await createWorld();
    const words = ['constructor', '--date', '2021-01-29'];
    const { ended, jobs } = await runAll(world, words);
    const keys = 'date=2021-01-29/constructor=constructor';
    expect(ended).toEqual({
      [`constructor/${keys}/venue=constructor`]: 'succeeded',
      [`constructor/${keys}/venue=__proto__`]: 'succeeded',
      [`constructor/${keys}/venue=hasOwnProperty`]: 'succeeded',
      [`fetch/${keys}`]: 'succeeded',
      [`collect/${keys}`]: 'succeeded',
    });
    const envOf = (id: string) =>
      new Map(Object.entries(jobs.find((job) => job.instance.includes(id))?.env ?? {}));
    const first = envOf('/venue=__proto__');
    expect(first.get('hasOwnProperty')).toBe('constructor');
    expect(first.get('valueOf')).toBe('__proto__');
    expect(first.get('SLUICE_PARAM_CONSTRUCTOR')).toBe('constructor');
    expect(first.get('SLUICE_MATRIX_VENUE')).toBe('__proto__');
    expect(envOf('/fetch/').get('__proto__')).toBe('given plain');
    expect(envOf('/collect/').get('SEEN')).toBe('proto 7');
    const secrets = jobs.find((job) => job.instance.includes('venue=constructor'))?.secrets;
    expect(new Map(Object.entries(secrets ?? {}))).toEqual(new Map(Object.entries(SECRETS)));

    const manifest = await world.ledger.readManifest(`constructor/constructor/${keys}/venue=__proto__`);
    expect(Object.entries(manifest?.manifest.values ?? {})).toEqual([
      ['__proto__', 'proto'],
      ['toString', 'text'],
    ]);

    const again = await runAll(world, words);
    expect(new Set(Object.values(again.ended))).toEqual(new Set(['done']));
    expect(again.jobs).toEqual([]);
  });

  test('pick instances on the command line', async () => {
    const world = await createWorld();
    const { plan } = await runAll(world, [
      'constructor/constructor/date=2021-01-29/constructor=toString/venue=__proto__',
    ]);
    expect(plan.instances.map(({ id }) => id)).toEqual([
      'constructor/constructor/date=2021-01-29/constructor=toString/venue=__proto__',
    ]);
  });
});
