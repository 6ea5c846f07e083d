import { describe, expect, it } from 'vitest';
import type { Output, Task } from '../../../runner/model/pipeline.ts';
import type { Manifest } from '../../../runner/model/records.ts';
import { lackingIn, lackingReason } from '../../../runner/plan/staleness/lacking.ts';
import { knowledge, manifest, need, pipeline, pipelines, request, select, task } from '../build.ts';
import { planned } from '../table.ts';

const value = (name: string): Output => ({ kind: 'value', name });
const file = (path: string, allowEmpty = false): Output => ({ kind: 'path', path, allowEmpty });
const object = (path: string) => ({ path, bytes: 1, sha256: 'x' });

function lacks(
  outputs: readonly Output[],
  result: Partial<Manifest>,
  needer: Partial<Task> = {},
  rule = need('count'),
): readonly string[] | undefined {
  const reader = task('use', { needs: [rule], ...needer });
  return lackingIn(reader, rule, task('count', { outputs }), manifest('p/count/_', result))?.names;
}

describe('a result lacks what was declared after it was made', () => {
  it.each<[string, Partial<Task>]>([
    ['an `if`', { if: { expression: 'needs.count.outputs.days > 3', reads: 'needs' } }],
    ['a variable', { env: { DAYS: '${{ needs.count.outputs.days }}' } }],
    ['an input of a reusable task', { inputs: { days: "${{ needs['count'].outputs.days }}" } }],
    ['an argument', { args: ['${{ NEEDS.Count.outputs.Days }}'] }],
    [
      'a published path',
      {
        outputs: [
          { ...file('a'), publish: { path: '${{ needs.count.outputs.days }}', newest: true } } as Output,
        ],
      },
    ],
    ['all values at once', { env: { ALL: '${{ toJSON(needs.count.outputs) }}' } }],
  ])('a value that %s reads', (_where, needer) => {
    expect(lacks([value('rows'), value('days')], { values: { rows: '1' } }, needer)).toEqual(['days']);
    expect(
      lacks([value('rows'), value('days')], { values: { rows: '1', days: '' } }, needer),
    ).toBeUndefined();
  });

  it('not a value that nothing reads, nor one of another need', () => {
    expect(lacks([value('days')], {})).toBeUndefined();
    const both = { needs: [need('count'), need('other')], env: { D: '${{ needs.other.outputs.days }}' } };
    expect(lacks([value('days')], {}, both)).toBeUndefined();
  });

  it('every value where all are handed over as references', () => {
    expect(lacks([value('days')], {}, {}, need('count', { mode: 'uri' }))).toEqual(['days']);
  });

  it.each<[string, Output, readonly string[]]>([
    ['a file', file('b.csv'), ['b.csv']],
    ['a file that may be empty', file('b.csv', true), ['b.csv']],
    ['a glob', file('b-*.csv'), ['b-*.csv']],
    ['a folder', file('b/'), ['b/']],
    ['a name with a key in it', file('b-${{ params.date }}.csv'), ['b-${{ params.date }}.csv']],
  ])('%s', (_what, output, names) => {
    const before = { objects: [object('a.csv')] };
    const now = { objects: [...before.objects, object('b.csv'), object('b-1.csv'), object('b/c')] };
    expect(lacks([file('a.csv'), output], before)).toEqual(names);
    expect(lacks([file('a.csv'), output], now)).toBeUndefined();
  });

  it('not a glob that may match nothing, nor anything of a skipped one', () => {
    expect(lacks([file('b-*.csv', true)], {})).toBeUndefined();
    expect(lacks([file('b.csv')], { outcome: 'skipped' })).toBeUndefined();
  });

  it('with one command for all that differ in time alone', () => {
    const on = (id: string, day: string) => ({ instance: `p/count/${id}`, names: ['days'], lastDay: day });
    const command = (...lacking: readonly Parameters<typeof lackingReason>[0][number][]) =>
      lackingReason(lacking, (id) => id).split(': ')[1];
    expect(command(on('half=2021-01-01', '2021-01-15'), on('half=2021-01-16', '2021-01-31'))).toBe(
      'sluice run p count --date 2021-01-15..2021-01-31 --rebuild stale',
    );
    const inRegion = (day: string, region: string) => on(`date=${day}/region=${region}`, day);
    expect(command(inRegion('2021-01-04', 'eu'), inRegion('2021-01-05', 'eu'))).toBe(
      'sluice run p count --date 2021-01-04..2021-01-05 --region eu --rebuild stale',
    );
    expect(command(inRegion('2021-01-04', 'eu'), inRegion('2021-01-05', 'us'))).toBe(
      'sluice run p/count/date=2021-01-04/region=eu --rebuild stale',
    );
  });

  it('knows the last day of a period', () => {
    const rule = need('count');
    const lastDayOf = (end: string) =>
      lackingIn(
        task('use', { needs: [rule] }),
        rule,
        task('count', { outputs: [file('a')] }),
        manifest('p/count/_', { period: { start: '2021-01-16T00:00:00-05:00', end } }),
      )?.lastDay;
    expect(lastDayOf('2021-02-01T00:00:00-05:00')).toBe('2021-01-31');
    expect(lastDayOf('2021-01-16T05:00:00Z')).toBe('2021-01-16');
  });

  it('in words with a command', () => {
    const lacking = [
      { instance: 'p/count/date=2021-01-04', names: ['days', 'b.csv'] },
      { instance: 'p/count/date=2021-01-05', names: ['days'] },
    ];
    expect(lackingReason(lacking, (id) => id.slice(2))).toBe(
      'count/date=2021-01-04 was made before it declared `days`, `b.csv`, and 1 more like it: ' +
        'sluice run p/count/date=2021-01-04 --rebuild stale',
    );
  });
});

it('a plan that has read manifests says so, and leaves it to a rebuild of what lacks it', () => {
  const own = pipelines(
    pipeline([
      task('count', { params: [], outputs: [value('days')] }),
      task('use', {
        params: [],
        needs: [need('count', { select: select.untimed })],
        env: { DAYS: '${{ needs.count.outputs.days }}' },
      }),
    ]),
  );
  const known = knowledge({ manifests: [manifest('p/count/_')] });
  const rebuild = { missing: true, failed: true, stale: true, all: false };
  const alone = planned(own, request({ tasks: ['use'], rebuild }), known);
  expect(alone.instances.find(({ task: name }) => name === 'use')).toMatchObject({
    state: 'blocked',
    reason: 'count was made before it declared `days`: sluice run p/count/_ --rebuild stale',
    action: 'none',
  });
  const both = planned(own, request({ rebuild }), known);
  expect(both.instances.map(({ action }) => action)).toEqual(['run', 'run']);
});
