import { describe, expect, it } from 'vitest';
import type { Param, Pipeline, Task } from '../../../runner/model/pipeline.ts';
import type { Period } from '../../../runner/model/time.ts';
import { fingerprintOf } from '../../../runner/plan/staleness/fingerprint.ts';
import { differences, type CurrentInput } from '../../../runner/plan/staleness/staleness.ts';
import {
  knowledge,
  made,
  manifest,
  need,
  PARAMS,
  pipeline,
  pipelines,
  request,
  select,
  task,
} from '../build.ts';
import { planned } from '../table.ts';

const months1 = { kind: 'month-days', name: 'months', days: [1] } as const;

const base = task('a', {
  params: ['date', 'top'],
  files: [
    { path: 'scripts/a.py', sha256: '1', executable: false },
    { path: 'scripts/b.py', sha256: '2', executable: false },
  ],
  env: { A: '1', B: '${{ params.date }}' },
  needs: [need('prices', { select: select.window(20), atLeast: 1 })],
  outputs: [{ kind: 'path', path: 'a.csv', allowEmpty: false }],
});
const own = pipeline([base]);

function changed(change: Partial<Task>, params = { date: '2021-01-28', top: 50 }): readonly string[] {
  const next = { ...base, ...change };
  return differences(made(own, 'a', 'date=2021-01-28'), {
    fingerprint: fingerprintOf(pipeline([next]), next, params),
    inputs: undefined,
    settings: { top: params.top },
    period: undefined,
    outputs: [],
  });
}

describe('a fingerprint', () => {
  it.each<[string, Partial<Task>, readonly string[]]>([
    ['the script', { run: 'false' }, ['script changed']],
    ['args', { args: ['x'] }, ['script changed']],
    ['its condition', { if: { expression: 'needs.x.outputs.y', reads: 'needs' } }, ['script changed']],
    ['the image', { image: { kind: 'reference', reference: 'alpine:3' } }, ['image changed']],
    [
      'the build',
      { image: { kind: 'dockerfile', path: 'image/Dockerfile', buildArgs: {} } },
      ['image changed'],
    ],
    ['a file', { files: [{ path: 'scripts/a.py', sha256: 'x', executable: false }] }, ['files changed']],
    ['env', { env: { A: '2', B: '${{ params.date }}' } }, ['env changed']],
    ['inputs of a reusable task', { inputs: { url: 'https://x' } }, ['env changed']],
    ['the shell', { shell: 'bash' }, ['shell changed']],
    ['the entrypoint', { entrypoint: ['/bin/x'] }, ['shell changed']],
    ['the user', { user: '1000' }, ['user changed']],
    ['outputs', { outputs: [] }, ['outputs changed']],
    ['needs', { needs: [need('prices', { select: select.window(5), atLeast: 1 })] }, ['needs changed']],
    ['two at once', { run: 'false', user: '1' }, ['script changed', 'user changed']],
  ])('tells a change of %s by name', (_name, change, words) => {
    expect(changed(change)).toEqual(words);
  });

  it('says a setting with both its values', () => {
    expect(changed({}, { date: '2021-01-28', top: 20 })).toEqual(['setting top: 50 → 20']);
  });

  it('names what is declared since', () => {
    const value = { kind: 'value', name: 'days' } as const;
    const file = { kind: 'path', path: 'a.csv', allowEmpty: false } as const;
    const published = { ...file, publish: { path: 'x', newest: true } };
    const since = (outputs: Task['outputs']) =>
      differences(
        { ...made(own, 'a', 'date=2021-01-28'), objects: [{ path: 'a.csv', bytes: 1, sha256: 'x' }] },
        {
          fingerprint: fingerprintOf(pipeline([{ ...base, outputs }]), { ...base, outputs }, { top: 50 }),
          inputs: undefined,
          settings: { top: 50 },
          period: undefined,
          outputs,
        },
      );
    expect(since([file, value])).toEqual(['outputs changed: `days` is new']);
    expect(since([published])).toEqual(['outputs changed: `a.csv` is to be published']);
    expect(since([file, { ...file, path: 'b.csv' }])).toEqual(['outputs changed: `b.csv` is new']);
  });

  it('names the published path that changed', () => {
    const file = { kind: 'path', path: 'a.csv', allowEmpty: false } as const;
    const to = (path: string): Task =>
      task('a', { outputs: [{ ...file, publish: { path, newest: false } }] });
    const before = {
      ...made(pipeline([to('x/${{ params.date }}.csv')]), 'a', 'date=2021-01-28'),
      objects: [{ path: 'a.csv', bytes: 1, sha256: 'x' }],
      published: [{ path: 'a.csv', to: 'x/2021-01-28.csv', newest: false }],
    };
    const reasonOf = (now: Task): string | undefined =>
      planned(
        pipelines(pipeline([now])),
        request({
          range: { kind: 'single', value: '2021-01-28' },
          rebuild: { missing: true, failed: true, stale: true, all: false },
        }),
        knowledge({ manifests: [before] }),
      ).instances[0]?.reason;
    expect(reasonOf(to('x/${{ params.date }}.csv'))).toBe('done');
    expect(reasonOf(to('y/${{ params.date }}.csv'))).toBe(
      'published path changed: x/2021-01-28.csv to y/2021-01-28.csv',
    );
    expect(reasonOf(task('a', { outputs: [file] }))).toBe('published no more: x/2021-01-28.csv');
    // What that reads is not known before its turn.
    expect(reasonOf(to('${{ needs.b.outputs.v }}.csv'))).toBe('outputs changed');
  });

  it.each<[string, Partial<Task>]>([
    ['a key: that is the identity', {}],
    ['the order of files', { files: [...base.files].reverse() }],
    ['the order of env', { env: { B: '${{ params.date }}', A: '1' } }],
    [
      'where a need stands in the file',
      { needs: base.needs.map((one) => ({ ...one, position: { ...one.position, line: 99 } })) },
    ],
    [
      'limits, retries and descriptions',
      { timeoutSeconds: 1, description: 'x', resources: { cpus: 2, pids: 512 }, maxParallel: 1 },
    ],
  ])('stays the same for %s', (_name, change) => {
    expect(changed(change, { date: '2021-01-29', top: 50 })).toEqual([]);
  });

  it('counts what `include` adds to a leg, not what identifies it', () => {
    const legs = { kind: 'static', keys: ['venue'], legs: [] } as const;
    const withLegs = task('a', { matrix: legs });
    const print = (matrix: Record<string, string>) => fingerprintOf(own, withLegs, {}, matrix);
    expect(print({ venue: 'nyse', tz: 'x' })).toEqual(print({ venue: 'nasdaq', tz: 'x' }));
    expect(print({ venue: 'nyse', tz: 'x' })).not.toEqual(print({ venue: 'nyse', tz: 'y' }));
  });
});

describe('inputs', () => {
  const print = fingerprintOf(own, base, { top: 50 });
  const committed = {
    ...made(own, 'a', 'date=2021-01-28', [
      ['prices', 'p/prices/date=2021-01-27'],
      ['prices', 'p/prices/date=2021-01-28'],
    ]),
    omitted: [{ need: 'fails', instance: 'p/fails/half=2021-01-01' }],
  };
  const current = (instance: string, contentDigest = `content of ${instance}`, name = 'prices') => ({
    need: name,
    instance,
    contentDigest,
  });
  const reading = (inputs: readonly CurrentInput[] | undefined) => ({
    fingerprint: print,
    inputs,
    settings: committed.settings,
    period: undefined,
    outputs: [],
  });
  const both = [current('p/prices/date=2021-01-27'), current('p/prices/date=2021-01-28')];

  it('with equal content are no difference, whatever attempt made them', () => {
    expect(differences(committed, reading(both))).toEqual([]);
    expect(differences(committed, reading([...both].reverse()))).toEqual([]);
  });

  it.each([
    [
      'other content',
      [both[0], current('p/prices/date=2021-01-28', 'other')],
      'input prices/date=2021-01-28 changed',
    ],
    ['one more', [...both, current('p/prices/date=2021-01-29')], 'input prices/date=2021-01-29 is new'],
    ['one less', [both[0]], 'input prices/date=2021-01-28 is gone'],
    [
      'a late optional one',
      [...both, current('p/fails/half=2021-01-01', 'x', 'fails')],
      'input fails/half=2021-01-01 has arrived',
    ],
  ])('with %s are', (_name, inputs, words) => {
    expect(differences(committed, reading(inputs.flatMap((one) => one ?? [])))).toEqual([words]);
  });

  it('that nobody read are not compared', () => {
    expect(differences(manifest('p/a/_', { fingerprint: print }), reading(undefined))).toEqual([]);
  });
});

describe('a period', () => {
  const halves = { start: '2026-01-01T00:00:00Z', end: '2026-01-16T00:00:00Z' };
  const months = { start: '2026-01-01T00:00:00Z', end: '2026-02-01T00:00:00Z' };
  const print = fingerprintOf(own, base, { date: '2021-01-28', top: 50 });
  const between = (before: Period | undefined, now: Period | undefined) =>
    differences(
      manifest('p/a/date=2026-01-01', {
        fingerprint: print,
        ...(before === undefined ? {} : { period: before }),
      }),
      { fingerprint: print, inputs: [], settings: {}, period: now, outputs: [] },
    );

  it('that became another one is a difference, with both', () => {
    expect(between(halves, months)).toEqual([
      'period changed: 2026-01-01T00:00:00Z – 2026-01-16T00:00:00Z to 2026-01-01T00:00:00Z – 2026-02-01T00:00:00Z',
    ]);
  });

  it('is the same however its instants are written', () => {
    expect(between(halves, { start: '2026-01-01T01:00:00+01:00', end: '2026-01-16T00:00:00+00:00' })).toEqual(
      [],
    );
  });

  it('that was not recorded yet makes nothing stale', () => {
    expect(between(undefined, months)).toEqual([]);
  });

  it.each<[string, Partial<Pipeline>, string]>([
    [
      'a calendar',
      { params: { ...PARAMS, half: { ...PARAMS['half'], calendar: months1 } as Param } },
      'half=2021-01-01',
    ],
    ['the time zone', { timezone: 'Asia/Tokyo' }, 'half=2021-01-01'],
  ])('changes with %s, and --rebuild stale makes it anew', (_what, change, partition) => {
    const before = pipeline([task('h', { params: ['half'] })]);
    const now = { ...before, ...change };
    const result = made(before, 'h', partition);
    const asked = request({
      times: { half: { kind: 'single', value: '2021-01-01' } },
      rebuild: { missing: true, failed: true, stale: true, all: false },
    });
    const period = { start: '2021-01-01T00:00:00-05:00', end: '2021-01-16T00:00:00-05:00' };
    const known = knowledge({ manifests: [{ ...result, period }] });
    expect(planned(pipelines(before), asked, known).instances).toMatchObject([{ state: 'done' }]);
    expect(planned(pipelines(now), asked, known).instances).toMatchObject([
      {
        state: 'stale',
        action: 'run',
        reason: expect.stringMatching(/^period changed: 2021-01-01/) as string,
      },
    ]);
  });
});
