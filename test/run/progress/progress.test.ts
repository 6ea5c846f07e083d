import { describe, expect, test } from 'vitest';
import type { BoundNeed } from '../../../runner/model/plan.ts';
import type { ReportState } from '../../../runner/model/state.ts';
import { createProgress } from '../../../runner/run/progress/progress.ts';
import type { ProgressNode, Settled, Step } from '../../../runner/run/progress/step.ts';

function need(members: readonly string[], more: Partial<BoundNeed> = {}): BoundNeed {
  return {
    name: 'n',
    task: 'n',
    pipeline: 'p',
    foreign: false,
    optional: false,
    select: 'same',
    members,
    single: members.length === 1,
    atLeast: members.length,
    atLeastWritten: false,
    positions: members.length,
    ...more,
  };
}

function node(id: string, needs: readonly BoundNeed[] = [], more: Partial<ProgressNode> = {}): ProgressNode {
  return { id, needs, wrapper: false, continueOnError: false, shares: [], ...more };
}

function planned(id: string, state: ReportState): ProgressNode {
  return node(id, [], { settled: { state, reason: 'as planned' } });
}

/** Runs all to the end; instances finish as told, else well. Returns states, and the order of the starts. */
function run(
  nodes: readonly ProgressNode[],
  fates: Readonly<Record<string, ReportState>> = {},
  concurrency = 10,
): { readonly settled: Readonly<Record<string, Settled>>; readonly starts: readonly string[] } {
  const progress = createProgress({ nodes, hooks: [], concurrency });
  const settled: Record<string, Settled> = {};
  const starts: string[] = [];
  const queue: string[] = [];
  const take = (step: Step): void => {
    for (const one of step.settled) settled[one.id] = one;
    for (const { id } of step.start) {
      starts.push(id);
      queue.push(id);
    }
  };
  take(progress.begin());
  for (let id = queue.shift(); id !== undefined; id = queue.shift()) {
    take(progress.apply({ type: 'finished', id, state: fates[id] ?? 'succeeded', reason: '', ran: true }));
  }
  return { settled, starts };
}

function stateAfter(one: BoundNeed, others: readonly ProgressNode[]): ReportState | undefined {
  return run([...others, node('me', [one])]).settled['me']?.state;
}

describe('what is not there', () => {
  const states = ['skipped', 'lost', 'not-in-range'] as const;

  test.each(states)('one needed instance that is %s gives the needer that state', (state) => {
    expect(stateAfter(need(['a']), [planned('a', state)])).toBe(state);
  });

  test.each(states)('an optional one that is %s is gone without', (state) => {
    expect(stateAfter(need(['a'], { optional: true }), [planned('a', state)])).toBe('succeeded');
  });

  test.each(states)('an offset goes without one that is %s', (state) => {
    expect(stateAfter(need(['a'], { select: 'offset' }), [planned('a', state)])).toBe('succeeded');
  });

  test('a window forgives skipped and lost members', () => {
    const window = need(['a', 'b', 'c'], { select: 'window' });
    const others = [planned('a', 'skipped'), planned('b', 'lost'), planned('c', 'done')];
    expect(stateAfter(window, others)).toBe('succeeded');
  });

  test('unless at-least is written', () => {
    const window = need(['a', 'b', 'c'], { select: 'window', atLeast: 2, atLeastWritten: true });
    const others = [planned('a', 'skipped'), planned('b', 'lost'), planned('c', 'done')];
    expect(stateAfter(window, others)).toBe('not-in-range');
  });

  test('members before the start or not in range count against at-least', () => {
    const clipped = need(['a', 'b'], { select: 'window', atLeast: 3, positions: 3 });
    expect(stateAfter(clipped, [planned('a', 'done'), planned('b', 'done')])).toBe('not-in-range');
    const holed = need(['a', 'b'], { select: 'window' });
    expect(stateAfter(holed, [planned('a', 'done'), planned('b', 'not-in-range')])).toBe('not-in-range');
    const lenient = need(['a', 'b'], { select: 'window', atLeast: 1, atLeastWritten: true, positions: 20 });
    expect(stateAfter(lenient, [planned('a', 'done'), planned('b', 'not-in-range')])).toBe('succeeded');
  });

  test('a position that fans in is there when one of its members is', () => {
    const fanIn = need(['a/x', 'a/y', 'b/x', 'b/y'], {
      select: 'window',
      atLeast: 2,
      atLeastWritten: true,
      positions: 20,
      perPosition: [2, 2],
    });
    const states = (...four: readonly ReportState[]) =>
      fanIn.members.map((id, index) => planned(id, four[index] ?? 'done'));
    expect(stateAfter(fanIn, states('done', 'skipped', 'lost', 'done'))).toBe('succeeded');
    expect(stateAfter(fanIn, states('done', 'done', 'lost', 'skipped'))).toBe('not-in-range');
  });

  test('one position without an instance is not in range', () => {
    expect(stateAfter(need([], { single: true, atLeast: 1, positions: 1 }), [])).toBe('not-in-range');
    const first = need([], { single: true, select: 'offset', atLeast: 1, positions: 1 });
    expect(stateAfter(first, [])).toBe('succeeded');
  });

  test('latest and containment leave an absent member out like a window', () => {
    expect(stateAfter(need(['a'], { select: 'latest' }), [planned('a', 'skipped')])).toBe('succeeded');
    const within = need(['a', 'b'], { select: 'within' });
    expect(stateAfter(within, [planned('a', 'skipped'), planned('b', 'done')])).toBe('succeeded');
  });

  test('a state is handed on through a chain, and told by what', () => {
    const chain = [planned('a', 'skipped'), node('b', [need(['a'])]), node('c', [need(['b'])])];
    expect(run(chain).settled['c']).toMatchObject({ state: 'skipped', reason: 'needs b, which is skipped' });
  });

  test('what is skipped stays so, though something else that it needs failed', () => {
    const nodes = [planned('a', 'skipped'), node('b'), node('me', [need(['b']), need(['a'])])];
    expect(run(nodes, { b: 'failed' }).settled['me']?.state).toBe('skipped');
  });

  test('an optional need is awaited while this run can make it', () => {
    const nodes = [node('slow'), node('me', [need(['slow'], { optional: true })])];
    expect(run(nodes, {}).starts).toEqual(['slow', 'me']);
    expect(run(nodes, { slow: 'failed' }).settled['me']?.state).toBe('succeeded');
  });

  test('an optional one that is merely late keeps its needer waiting', () => {
    const progress = createProgress({
      nodes: [node('late'), node('me', [need(['late'], { optional: true })])],
      hooks: [],
      concurrency: 1,
    });
    progress.begin();
    const step = progress.apply({
      type: 'finished',
      id: 'late',
      state: 'waiting',
      reason: '',
      ran: true,
      awaited: true,
    });
    expect(step.settled.at(-1)).toMatchObject({ id: 'me', state: 'waiting' });
  });

  describe('an optional window', () => {
    const members = ['a', 'b', 'c'];
    const nodes = members.map((id) => node(id));
    const window = (atLeast: number) =>
      need(members, { select: 'window', optional: true, atLeast, atLeastWritten: true });

    test('awaits what this run can make, and then goes without what failed', () => {
      const { settled, starts } = run([...nodes, node('me', [window(2)])], { b: 'failed' }, 1);
      expect(starts).toEqual(['a', 'b', 'c', 'me']);
      expect(settled['me']?.state).toBe('succeeded');
    });

    test('is blocked by failures below its minimum, and names them', () => {
      const { settled } = run([...nodes, node('me', [window(2)])], { a: 'failed', b: 'failed' });
      expect(settled['me']).toMatchObject({ state: 'blocked', reason: 'by a, b', raises: true });
    });

    test('waits where what is late can still be enough', () => {
      const { settled } = run([...nodes, node('me', [window(2)])], { a: 'failed', b: 'waiting' });
      expect(settled['me']).toMatchObject({ state: 'waiting', reason: 'waiting on b' });
    });

    test('is not in range where too few can ever be there', () => {
      const { settled } = run([...nodes, node('me', [window(2)])], { a: 'skipped', b: 'skipped' });
      expect(settled['me']?.state).toBe('not-in-range');
    });

    test('runs with nothing where no minimum is written', () => {
      const failed = members.map((id) => planned(id, 'failed'));
      expect(stateAfter(window(0), failed)).toBe('succeeded');
    });
  });

  test('the instance is told what it does without', () => {
    const progress = createProgress({
      nodes: [planned('a', 'lost'), node('me', [need(['a'], { optional: true })])],
      hooks: [],
      concurrency: 1,
    });
    expect(progress.begin().start).toEqual([
      { id: 'me', absent: [{ need: 'n', instance: 'a', state: 'lost' }] },
    ]);
  });
});

describe('failures', () => {
  test('block what needs them, however far, with the first cause', () => {
    const nodes = [node('a'), node('b', [need(['a'])]), node('c', [need(['b'])]), node('other')];
    const { settled } = run(nodes, { a: 'failed' });
    expect(settled['b']).toMatchObject({ state: 'blocked', blockedBy: ['a'], raises: true });
    expect(settled['c']).toMatchObject({ state: 'blocked', blockedBy: ['a'], reason: 'by a' });
    expect(settled['other']?.state).toBe('succeeded');
  });

  test('a window is blocked by one failed member, whatever at-least says', () => {
    const window = need(['a', 'b'], { select: 'window', atLeast: 1, atLeastWritten: true });
    expect(run([node('a'), node('b'), node('me', [window])], { b: 'failed' }).settled['me']?.state).toBe(
      'blocked',
    );
  });

  test('what continue-on-error blocks does not raise the exit status', () => {
    const nodes = [node('a', [], { continueOnError: true }), node('b', [need(['a'])])];
    const { settled } = run(nodes, { a: 'failed' });
    expect(settled['a']).toMatchObject({ state: 'failed', raises: false });
    expect(settled['b']).toMatchObject({ state: 'blocked', raises: false });
  });

  test('blocked by both, the cause that counts is named', () => {
    const nodes = [
      node('a', [], { continueOnError: true }),
      node('b'),
      node('c', [need(['a']), need(['b'])]),
    ];
    expect(run(nodes, { a: 'failed', b: 'failed' }).settled['c']).toMatchObject({
      blockedBy: ['b'],
      raises: true,
    });
  });

  test('fail-fast cancels the other legs, running or not, and nothing else', () => {
    const progress = createProgress({
      nodes: [
        node('m1', [], { failFastGroup: 'm' }),
        node('m2', [], { failFastGroup: 'm' }),
        node('m3', [], { failFastGroup: 'm' }),
        node('other'),
      ],
      hooks: [],
      concurrency: 2,
    });
    expect(progress.begin().start.map(({ id }) => id)).toEqual(['m1', 'm2']);
    const step = progress.apply({ type: 'finished', id: 'm1', state: 'failed', reason: '', ran: true });
    expect(step.cancel).toEqual(['m2']);
    expect(step.settled.map(({ id, state }) => [id, state])).toEqual([
      ['m1', 'failed'],
      ['m3', 'cancelled'],
    ]);
    expect(step.start.map(({ id }) => id)).toEqual(['other']);
  });
});

test('a cause is named as beside the one it blocks', () => {
  const nodes = [
    node('p/a/date=1'),
    node('p/b/_'),
    node('q/c/date=1'),
    node('p/me/date=1', [need(['p/a/date=1', 'p/b/_', 'q/c/date=1'])]),
    node('p/me/date=2', [need(['p/a/date=1'])]),
  ];
  const { settled } = run(nodes, { 'p/a/date=1': 'failed', 'p/b/_': 'failed', 'q/c/date=1': 'failed' });
  expect(settled['p/me/date=1']?.reason).toBe('by a, b, q/c');
  expect(settled['p/me/date=2']?.reason).toBe('by a/date=1');
});

describe('limits', () => {
  test('instances start in plan order', () => {
    const nodes = ['a', 'b', 'c', 'd'].map((id) => node(id));
    expect(run(nodes, {}, 1).starts).toEqual(['a', 'b', 'c', 'd']);
  });

  test('a full limit holds back its own, and not what stands behind', () => {
    const shares = [{ name: 'task', weight: 1, capacity: 1 }];
    const progress = createProgress({
      nodes: [node('a', [], { shares }), node('b', [], { shares }), node('c')],
      hooks: [],
      concurrency: 5,
    });
    expect(progress.begin().start.map(({ id }) => id)).toEqual(['a', 'c']);
    const step = progress.apply({ type: 'finished', id: 'a', state: 'succeeded', reason: '', ran: true });
    expect(step.start.map(({ id }) => id)).toEqual(['b']);
  });

  test('a heavy instance is not starved by light ones that come after it', () => {
    const pool = (weight: number) => [{ name: 'db', weight, capacity: 2 }];
    const progress = createProgress({
      nodes: [
        node('light-1', [], { shares: pool(1) }),
        node('heavy', [], { shares: pool(2) }),
        node('light-2', [], { shares: pool(1) }),
      ],
      hooks: [],
      concurrency: 5,
    });
    expect(progress.begin().start.map(({ id }) => id)).toEqual(['light-1']);
    const step = progress.apply({
      type: 'finished',
      id: 'light-1',
      state: 'succeeded',
      reason: '',
      ran: true,
    });
    expect(step.start.map(({ id }) => id)).toEqual(['heavy']);
  });

  test('what a heavy one frees is taken by all that fit, of whatever task', () => {
    const pool = (weight: number, task: string) => [
      { name: 'db', weight, capacity: 3 },
      { name: task, weight: 1, capacity: 1 },
    ];
    const progress = createProgress({
      nodes: [
        node('heavy', [], { shares: pool(3, 'h') }),
        node('a1', [], { shares: pool(1, 'a') }),
        node('a2', [], { shares: pool(1, 'a') }),
        node('b1', [], { shares: pool(1, 'b') }),
        node('c1', [], { shares: pool(1, 'c') }),
      ],
      hooks: [],
      concurrency: 5,
    });
    expect(progress.begin().start.map(({ id }) => id)).toEqual(['heavy']);
    const step = progress.apply({ type: 'finished', id: 'heavy', state: 'succeeded', reason: '', ran: true });
    expect(step.start.map(({ id }) => id)).toEqual(['a1', 'b1', 'c1']);
  });

  test('more than a pool holds takes the whole pool', () => {
    const nodes = [node('a', [], { shares: [{ name: 'db', weight: 9, capacity: 2 }] })];
    expect(run(nodes).settled['a']?.state).toBe('succeeded');
  });

  test('one that rests before its next try holds no place', () => {
    const progress = createProgress({ nodes: [node('a'), node('b')], hooks: [], concurrency: 1 });
    expect(progress.begin().start.map(({ id }) => id)).toEqual(['a']);
    expect(progress.apply({ type: 'resting', id: 'a', failed: true }).start.map(({ id }) => id)).toEqual([
      'b',
    ]);
    expect(progress.apply({ type: 'retry-due', id: 'a' }).start).toEqual([]);
    const step = progress.apply({ type: 'finished', id: 'b', state: 'succeeded', reason: '', ran: true });
    expect(step.start.map(({ id }) => id)).toEqual(['a']);
  });
});

describe('hooks', () => {
  const hooks = [
    { id: 'report', after: ['teardown'], continueOnError: false, shares: [] },
    { id: 'teardown', after: [], continueOnError: false, shares: [] },
  ];

  test('follow all else, in their own order', () => {
    const progress = createProgress({ nodes: [node('a'), node('b')], hooks, concurrency: 5 });
    progress.begin();
    progress.apply({ type: 'finished', id: 'a', state: 'succeeded', reason: '', ran: true });
    const last = progress.apply({ type: 'finished', id: 'b', state: 'failed', reason: '', ran: true });
    expect(last.start.map(({ id }) => id)).toEqual(['teardown']);
    const next = progress.apply({
      type: 'finished',
      id: 'teardown',
      state: 'succeeded',
      reason: '',
      ran: true,
    });
    expect(next.start.map(({ id }) => id)).toEqual(['report']);
    expect(
      progress.apply({ type: 'finished', id: 'report', state: 'succeeded', reason: '', ran: true }).ended,
    ).toBe(true);
  });

  test('are left out when nothing ran', () => {
    const step = createProgress({ nodes: [planned('a', 'done')], hooks, concurrency: 5 }).begin();
    expect(step).toMatchObject({ ended: true, start: [] });
    expect(step.settled.map(({ id }) => id)).toEqual(['a']);
  });

  test('run after an interrupt, not after the engine is lost', () => {
    const interrupted = createProgress({ nodes: [node('a'), node('b')], hooks, concurrency: 1 });
    interrupted.begin();
    expect(interrupted.apply({ type: 'interrupted' }).settled).toMatchObject([
      { id: 'b', state: 'cancelled' },
    ]);
    const end = interrupted.apply({ type: 'finished', id: 'a', state: 'cancelled', reason: '', ran: true });
    expect(end.start.map(({ id }) => id)).toEqual(['teardown']);

    const halted = createProgress({ nodes: [node('a'), node('b')], hooks, concurrency: 1 });
    halted.begin();
    halted.apply({ type: 'halted', reason: 'the engine is out of reach' });
    const over = halted.apply({ type: 'finished', id: 'a', state: 'failed', reason: '', ran: true });
    expect(over.ended).toBe(true);
    expect(over.settled.map(({ id, state }) => [id, state])).toEqual([
      ['a', 'failed'],
      ['report', 'blocked'],
      ['teardown', 'blocked'],
    ]);
  });
});

describe('a machine that grows', () => {
  const finished = (id: string, state: ReportState = 'succeeded') =>
    ({ type: 'finished', id, state, reason: '', ran: true }) as const;
  const ids = (step: Step) => step.start.map(({ id }) => id);
  const states = (step: Step) => step.settled.map(({ id, state }) => [id, state]);

  test('starts what is added after what it needs, and hooks only after that', () => {
    const hook = { id: 'report', after: [], continueOnError: false, shares: [] };
    const progress = createProgress({ nodes: [node('list'), node('slow')], hooks: [hook], concurrency: 10 });
    progress.begin();
    progress.apply(finished('list'));
    const grown = progress.apply({
      type: 'grown',
      replaced: [],
      needs: new Map(),
      nodes: [
        node('leg-1', [need(['list'])]),
        node('leg-2', [need(['slow'])]),
        node('all', [need(['leg-1', 'leg-2'])]),
        planned('leg-3', 'failed'),
        node('behind', [need(['leg-3'])]),
      ],
    });
    expect(ids(grown)).toEqual(['leg-1']);
    expect(states(grown)).toEqual([
      ['leg-3', 'failed'],
      ['behind', 'blocked'],
    ]);
    expect(ids(progress.apply(finished('slow')))).toEqual(['leg-2']);
    progress.apply(finished('leg-1'));
    expect(ids(progress.apply(finished('leg-2')))).toEqual(['all']);
    const last = progress.apply(finished('all'));
    expect([ids(last), last.ended]).toEqual([['report'], false]);
    expect(progress.apply(finished('report')).ended).toBe(true);
  });

  test('holds what is added to the limits, and to fail-fast, like all else', () => {
    const shares = [{ name: 'db', weight: 1, capacity: 1 }];
    const leg = (id: string) => node(id, [], { shares, failFastGroup: 'legs' });
    const progress = createProgress({ nodes: [leg('a')], hooks: [], concurrency: 10 });
    progress.begin();
    expect(
      ids(progress.apply({ type: 'grown', replaced: [], needs: new Map(), nodes: [leg('b'), leg('c')] })),
    ).toEqual([]);
    const step = progress.apply(finished('a', 'failed'));
    expect(states(step)).toEqual([
      ['a', 'failed'],
      ['b', 'cancelled'],
      ['c', 'cancelled'],
    ]);
    expect(step.ended).toBe(true);
  });

  test.each([
    [{ type: 'interrupted' } as const, 'cancelled'],
    [{ type: 'halted', reason: 'the store is away' } as const, 'blocked'],
  ])('starts nothing that is added after $type', (event, state) => {
    const progress = createProgress({ nodes: [node('a')], hooks: [], concurrency: 10 });
    progress.begin();
    progress.apply(event);
    const step = progress.apply({
      type: 'grown',
      replaced: [],
      needs: new Map(),
      nodes: [node('b'), node('c', [need(['b'])])],
    });
    expect([ids(step), states(step)]).toEqual([
      [],
      [
        ['b', state],
        ['c', state],
      ],
    ]);
  });

  test('asks for the legs of a placeholder when its source is there, and lets its needers wait for them', () => {
    const star = node('leg-*', [need(['list'])], { placeholder: true });
    const all = node('all', [need(['leg-*']), need(['slow'])]);
    const nodes = [node('list'), star, node('slow'), all];
    const progress = createProgress({ nodes, hooks: [], concurrency: 10 });
    expect(progress.begin().expand).toEqual([]);
    expect(progress.apply(finished('list')).expand).toEqual(['leg-*']);
    const grown = progress.apply({
      type: 'grown',
      replaced: ['leg-*'],
      nodes: [node('leg-1', [need(['list'])]), node('leg-2', [need(['list'])])],
      needs: new Map([['all', [need(['leg-1', 'leg-2']), need(['slow'])]]]),
    });
    expect([ids(grown), states(grown)]).toEqual([['leg-1', 'leg-2'], []]);
    progress.apply(finished('leg-1'));
    expect(ids(progress.apply(finished('slow')))).toEqual([]);
    expect(ids(progress.apply(finished('leg-2')))).toEqual(['all']);
    expect(progress.apply(finished('all')).ended).toBe(true);
  });

  test('lets a needer of no legs at all go on at once', () => {
    const star = node('leg-*', [need(['list'])], { placeholder: true });
    const progress = createProgress({
      nodes: [node('list'), star, node('all', [need(['leg-*'])])],
      hooks: [],
      concurrency: 10,
    });
    progress.begin();
    progress.apply(finished('list'));
    const needs = new Map([['all', [{ ...need([]), atLeast: 0, positions: 0, single: false }]]]);
    expect(ids(progress.apply({ type: 'grown', replaced: ['leg-*'], nodes: [], needs }))).toEqual(['all']);
  });

  test.each(['failed', 'cancelled', 'waiting', 'skipped'] as const)(
    'asks for no legs of a source that is %s',
    (state) => {
      const star = node('leg-*', [need(['list'])], { placeholder: true });
      const progress = createProgress({ nodes: [node('list'), star], hooks: [], concurrency: 10 });
      progress.begin();
      const step = progress.apply(finished('list', state));
      expect([step.expand, step.ended]).toEqual([[], true]);
    },
  );

  test('ends a placeholder whose legs are looked up while everything stops, and takes what comes late for nothing', () => {
    const star = node('leg-*', [need(['list'])], { placeholder: true });
    const hook = { id: 'report', after: [], continueOnError: false, shares: [] };
    const progress = createProgress({ nodes: [node('list'), star], hooks: [hook], concurrency: 10 });
    progress.begin();
    progress.apply(finished('list'));
    expect(states(progress.apply({ type: 'interrupted' }))).toEqual([['leg-*', 'cancelled']]);
    const late = progress.apply({
      type: 'grown',
      replaced: ['leg-*'],
      nodes: [node('leg-1')],
      needs: new Map(),
    });
    expect([ids(late), states(late)]).toEqual([[], []]);
    expect(states(progress.apply(finished('leg-*', 'failed')))).toEqual([]);
    expect(progress.apply(finished('report')).ended).toBe(true);
  });

  test('refuses an instance that it has, and all after the hooks', () => {
    const progress = createProgress({ nodes: [node('a')], hooks: [], concurrency: 10 });
    progress.begin();
    expect(() =>
      progress.apply({ type: 'grown', replaced: [], needs: new Map(), nodes: [node('a')] }),
    ).toThrow('a second time');
    progress.apply(finished('a'));
    expect(() =>
      progress.apply({ type: 'grown', replaced: [], needs: new Map(), nodes: [node('b')] }),
    ).toThrow('before the hooks');
  });
});

test('a machine that is paced starts as many as the limit of the moment lets, and stops none', () => {
  const nodes = ['a', 'b', 'c', 'd', 'e'].map((id) => node(id));
  const progress = createProgress({ nodes, hooks: [], concurrency: 1 });
  const ids = (step: Step) => step.start.map(({ id }) => id);
  const paced = (concurrency: number) => progress.apply({ type: 'paced', concurrency });
  const finished = (id: string) =>
    progress.apply({ type: 'finished', id, state: 'succeeded', reason: '', ran: true });
  expect(ids(progress.begin())).toEqual(['a']);
  expect(ids(paced(3))).toEqual(['b', 'c']);
  expect(ids(paced(1))).toEqual([]);
  expect(ids(finished('a'))).toEqual([]);
  expect(ids(finished('b'))).toEqual([]);
  expect(ids(finished('c'))).toEqual(['d']);
  expect(ids(paced(0))).toEqual([]);
  const step = finished('d');
  expect([ids(step), step.ended]).toEqual([[], false]);
  expect(ids(paced(1))).toEqual(['e']);
});

test('a wrapper is done when its needs are, and starts nothing', () => {
  const wrapper = (id: string, members: readonly string[]) => node(id, [need(members)], { wrapper: true });
  expect(run([node('a'), wrapper('all', ['a'])])).toMatchObject({
    starts: ['a'],
    settled: { all: { state: 'succeeded' } },
  });
  expect(run([planned('a', 'done'), wrapper('all', ['a'])]).settled['all']?.state).toBe('done');
  expect(run([node('a'), wrapper('all', ['a'])], { a: 'failed' }).settled['all']?.state).toBe('blocked');
});

test('100,000 instances under limits take about as long per event as a hundred', { timeout: 60_000 }, () => {
  const count = 100_000;
  const shares = [
    { name: 'task:t', weight: 1, capacity: 3 },
    { name: 'db', weight: 2, capacity: 4 },
  ];
  const nodes = Array.from({ length: count }, (_, place) =>
    node(`n${place}`, place < 10 ? [] : [need([`n${place - 10}`])], place % 2 === 0 ? { shares } : {}),
  );
  const progress = createProgress({ nodes, hooks: [], concurrency: 8 });
  const started = process.cpuUsage().user;
  let finished = 0;
  const queue = progress.begin().start.map(({ id }) => id);
  for (let id = queue.pop(); id !== undefined; id = queue.pop()) {
    const step = progress.apply({ type: 'finished', id, state: 'succeeded', reason: '', ran: true });
    finished += 1;
    for (const next of step.start) queue.push(next.id);
  }
  expect(finished).toBe(count);
  // Quadratic work would take minutes; the bound only tells the two apart.
  expect((process.cpuUsage().user - started) / 1e6).toBeLessThan(10);
});
