import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { parseDocument } from '../../../../runner/language/document.ts';
import { jsonSchemas } from '../../../../runner/language/schema/reference/pages.ts';
import { pipelineFile } from '../../../../runner/language/schema/pipeline.ts';
import { projectFile } from '../../../../runner/language/schema/project.ts';
import { reusableFile } from '../../../../runner/language/schema/reusable.ts';

const schemas = jsonSchemas();
const ajv = new Ajv({ strict: true, allowUnionTypes: true, strictRequired: false });
const files = {
  pipeline: { validate: ajv.compile(Object(schemas.pipeline)), shape: pipelineFile },
  project: { validate: ajv.compile(Object(schemas.project)), shape: projectFile },
  reusable: { validate: ajv.compile(Object(schemas.reusable)), shape: reusableFile },
} as const;

type Case = readonly [kind: keyof typeof files, text: string];

const task = (line: string): Case => ['pipeline', `tasks: { a: { ${line} } }`];

const right: readonly Case[] = [
  [
    'pipeline',
    `
name: short-score
timezone: America/New_York
on:
  schedule:
    - cron: '*/30 16-23 * * 1-5'
    - { cron: '0 7 * * 6', tasks: [short-volume], lookback-days: 10, rebuild: all }
calendars:
  nyse: { weekdays: mon-fri, holidays: calendars/nyse.txt }
  halves: { month-days: [1, 16] }
params:
  date: { type: date, calendar: nyse, start: 2020-12-01 }
  year: { type: year, start: 2020 }
  top: { type: number, default: 50 }
  mode: { type: choice, options: [a, 1], default: 1, key: true }
defaults: { image: ./image/Dockerfile, retry: { max-attempts: 3, on: [transient, 17] } }
tasks:
  short-volume:
    params: [date]
    uses: ./tasks/fetch.yaml
    with: { url: "https://x/\${{ formatDate(params.date, 'yyyyMMdd') }}.txt", tries: 3 }
    due: { days: 1, at: '09:30' }
  prices:
    strategy: { matrix: { venue: [nyse, 3, true], include: [{ venue: x }] }, max-parallel: 1 }
    run: echo
    user: 1000
    env: { A: 1.10, B: '', C: true }
    outputs: [prices.csv, { value: rows }, { path: a, publish: { path: b, newest: true } }]
  score:
    needs: [prices, { task: score, offset: -1 }, other/task]
    if: always()
    pool: { db: 2 }
    concurrency: { group: x }
  list:
    needs: score
    strategy: { matrix: { symbol: '\${{ fromJSON(needs.score.outputs.x) }}' } }
    external: { prefix: 's3://a/', done-flag: _SUCCESS }
`,
  ],
  ['pipeline', 'on:\ntasks: {}'],
  task('image: { dockerfile: a/Dockerfile, build-args: { A: 3 } }'),
  task('outputs: ["${{ params.date }}.csv"]'),
  ['project', 'store: s3://a/b\nengine: { host: unix:///x }\npools: { db: 4 }\nconcurrency: 8'],
  ['reusable', 'inputs: { url: , n: { default: 3, required: false } }\nimage: x\nrun: y'],
];

const wrong: readonly Case[] = [
  ['pipeline', 'name: a'],
  ['pipeline', 'tasks: []'],
  ['pipeline', 'tasks: {}\njobs: {}'],
  ['pipeline', 'name: A b\ntasks: {}'],
  ['pipeline', 'tasks: { Prices: { run: x } }'],
  ['pipeline', 'tasks: {}\nparams: { d: { type: dat } }'],
  ['pipeline', 'tasks: {}\nparams: { d: { type: number, options: [a] } }'],
  ['pipeline', 'tasks: {}\nparams: { d: { type: choice } }'],
  ['pipeline', 'tasks: {}\nparams: { d: { type: date, start: yesterday } }'],
  ['pipeline', 'tasks: {}\non: { schedule: [{ tasks: [a] }] }'],
  ['pipeline', "tasks: {}\non: { schedule: [{ cron: '* * * *' }] }"],
  ['pipeline', 'tasks: {}\ncalendars: { n: { weekdays: every } }'],
  task('need: [b]'),
  task('run: "echo ${{ params.date }}"'),
  task('run: ""'),
  task('files: x.py'),
  task('timeout-minutes: 0'),
  task('timeout-minutes: "30"'),
  task('network: host'),
  task('due: 1800'),
  task('due: "24:00"'),
  task('due: { timezone: UTC }'),
  task('needs: [{ last: 3 }]'),
  task('needs: [{ task: b, last: 0 }]'),
  task('outputs: [{ pth: a }]'),
  task('concurrency: { group: a, cancel-in-progress: true }'),
  task('strategy: { matrix: { venue: nyse } }'),
  task('strategy: { matrix: { venue: [] } }'),
  task('continue-on-error: "yes"'),
  task('env: { 1A: x }'),
  task('resources: { memory: lots }'),
  task('retry: { on: [sometimes] }'),
  task('external: { prefix: a }'),
  ['project', 'stor: x'],
  ['project', 'pools: { db: 0 }'],
  ['reusable', 'runs: {}'],
  ['reusable', 'inputs: { a: { type: string } }'],
];

describe('the JSON Schema and sluice agree', () => {
  test.each(right)('that this %s is right: %j', (kind, text) => {
    const { validate, shape } = files[kind];
    expect(parseDocument(text, 'x.yaml', shape).problems).toEqual([]);
    validate(parse(text));
    expect(validate.errors).toBeNull();
  });
  test.each(wrong)('that this %s is wrong: %j', (kind, text) => {
    const { validate, shape } = files[kind];
    expect(parseDocument(text, 'x.yaml', shape).problems).not.toEqual([]);
    expect(validate(parse(text))).toBe(false);
  });
});
