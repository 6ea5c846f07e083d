import { describe, expect, it } from 'vitest';
import type { NeedRule } from '../../../../runner/model/pipeline.ts';
import { compileTask, load, mistakes } from '../memory-source.ts';

const HEAD = `
calendars: { nyse: { weekdays: mon-fri }, halves: { month-days: [1, 16] } }
params:
  hour: { type: hour, start: 2024-01-01T00 }
  date: { type: date, calendar: nyse, start: 2024-01-01 }
  half: { type: date, calendar: halves, start: 2024-01-01 }
  month: { type: month, start: 2024-01 }
  year: { type: year, start: 2024 }
  symbol: { type: string, key: true }
  side: { type: choice, options: [long, short], key: true }
  top: { type: number, default: 5 }
defaults: { image: alpine, run: echo }
tasks:
`;

/** The rule without what every rule has alike. */
async function ruleOf(tasks: string): Promise<Partial<NeedRule>> {
  const { needs } = await compileTask('mine', HEAD + tasks);
  const [rule] = needs;
  if (rule === undefined || needs.length !== 1) throw new Error(`${needs.length} rules`);
  const { position: _position, foreign: _foreign, mode: _mode, ...rest } = rule;
  return rest;
}

const THEIRS = { pipeline: 'p', task: 'theirs' };
const PLAIN = { name: 'theirs', target: THEIRS, pair: [], fanIn: [], optional: false };

describe('the time of a need', () => {
  it.each([
    ['same key', '[date]', '[date]', 'theirs', { kind: 'same', key: 'date', from: 'date' }],
    ['no time key there', '[date]', '[top]', 'theirs', { kind: 'same' }],
    ['no time key on either side', '[top]', '[top]', 'theirs', { kind: 'same' }],
    [
      'a coarser key has my period inside',
      '[date]',
      '[month]',
      'theirs',
      { kind: 'around', key: 'month', from: 'date' },
    ],
    [
      'half-months lie around days',
      '[date]',
      '[half]',
      'theirs',
      { kind: 'around', key: 'half', from: 'date' },
    ],
    [
      'half-months lie inside months',
      '[month]',
      '[half]',
      'theirs',
      { kind: 'within', key: 'half', from: 'month' },
    ],
    [
      'a finer key is taken whole',
      '[month]',
      '[date]',
      'theirs',
      { kind: 'within', key: 'date', from: 'month' },
    ],
    ['hours inside a year', '[year]', '[hour]', 'theirs', { kind: 'within', key: 'hour', from: 'year' }],
    [
      'a window',
      '[date]',
      '[date]',
      '{ task: theirs, last: 20 }',
      { kind: 'window', key: 'date', from: 'date', last: 20 },
    ],
    [
      'a window of a finer key',
      '[month]',
      '[date]',
      '{ task: theirs, last: 5 }',
      { kind: 'window', key: 'date', from: 'month', last: 5 },
    ],
    [
      'the newest',
      '[date]',
      '[half]',
      '{ task: theirs, latest: true }',
      { kind: 'latest', key: 'half', from: 'date' },
    ],
    [
      'latest: false is as if it were not written',
      '[date]',
      '[date]',
      '{ task: theirs, latest: false }',
      { kind: 'same', key: 'date', from: 'date' },
    ],
    [
      'an earlier one',
      '[date]',
      '[date]',
      '{ task: theirs, offset: -1 }',
      { kind: 'offset', key: 'date', from: 'date', offset: -1 },
    ],
    [
      'a time written down',
      '[date]',
      '[month]',
      '{ task: theirs, params: { month: 2024-02 } }',
      { kind: 'same', key: 'month', value: '2024-02' },
    ],
    [
      'a time calculated, without a time key of my own',
      '[top]',
      '[date]',
      "{ task: theirs, params: { date: '2024-01-0${{ params.top }}' } }",
      { kind: 'same', key: 'date', value: '2024-01-0${{ params.top }}' },
    ],
  ])('%s', async (_name, mine, theirs, need, select) => {
    const rule = await ruleOf(
      `  theirs: { params: ${theirs} }\n  mine: { params: ${mine}, needs: [${need}] }\n`,
    );
    expect(rule).toEqual({ ...PLAIN, select });
  });

  it('keeps at-least as it is written', async () => {
    const rule = await ruleOf(
      '  theirs: { params: [date] }\n  mine: { params: [date], needs: [{ task: theirs, last: 20, at-least: 1 }] }\n',
    );
    expect(rule.atLeast).toBe(1);
  });

  it('lets a task need its own earlier result', async () => {
    const rule = await ruleOf('  mine: { params: [date], needs: [{ task: mine, offset: -1 }] }\n');
    expect(rule).toMatchObject({ target: { task: 'mine' }, select: { kind: 'offset', offset: -1 } });
  });
});

describe('the other keys of a need', () => {
  it.each([
    [
      'matrix values that only the needed task has fan in',
      'params: [top]',
      'params: [top], strategy: { matrix: { venue: [a, b] } }',
      'theirs',
      { pair: [], fanIn: ['venue'] },
    ],
    [
      'same-named matrix keys pair',
      'params: [top], strategy: { matrix: { venue: [a] } }',
      'params: [top], strategy: { matrix: { venue: [a, b] } }',
      'theirs',
      { pair: [{ key: 'venue', source: 'matrix', name: 'venue' }], fanIn: [] },
    ],
    [
      'same-named keys pair',
      'params: [symbol]',
      'params: [symbol]',
      'theirs',
      { pair: [{ key: 'symbol', source: 'param', name: 'symbol' }], fanIn: [] },
    ],
    [
      'a choice that I do not have fans in',
      'params: [top]',
      'params: [side]',
      'theirs',
      { pair: [], fanIn: ['side'] },
    ],
    [
      'a value written down',
      'params: [top]',
      'params: [symbol]',
      '{ task: theirs, params: { symbol: SPY } }',
      { pair: [{ key: 'symbol', source: 'value', value: 'SPY' }], fanIn: [] },
    ],
    [
      'one of the matrix',
      'params: [top]',
      'params: [top], strategy: { matrix: { venue: [a, b] } }',
      '{ task: theirs, params: { venue: b } }',
      { pair: [{ key: 'venue', source: 'value', value: 'b' }], fanIn: [] },
    ],
    [
      'keys of mine that it does not have do not matter',
      'params: [symbol, side]',
      'params: [top]',
      'theirs',
      { pair: [], fanIn: [] },
    ],
  ])('%s', async (_name, mine, theirs, need, expected) => {
    const rule = await ruleOf(`  theirs: { ${theirs} }\n  mine: { ${mine}, needs: [${need}] }\n`);
    expect({ pair: rule.pair, fanIn: rule.fanIn }).toEqual(expected);
  });
});

it('an optional need goes without a counterpart in a matrix', async () => {
  const { needs } = await compileTask(
    'mine',
    `${HEAD}  theirs: { params: [], strategy: { matrix: { venue: [a] } } }\n  mine: { params: [], strategy: { matrix: { venue: [a, b] } }, needs: [{ task: theirs, optional: true }] }\n`,
  );
  expect(needs).toMatchObject([{ optional: true, pair: [{ key: 'venue' }] }]);
});

describe('names of needs', () => {
  it('`as` renames the folder, so that one task can be needed twice', async () => {
    const { needs } = await compileTask(
      'mine',
      `${HEAD}  theirs: { params: [date] }\n  mine: { params: [date], needs: [theirs, { task: theirs, offset: -1, as: yesterday, optional: true }] }\n`,
    );
    expect(needs.map(({ name, optional }) => [name, optional])).toEqual([
      ['theirs', false],
      ['yesterday', true],
    ]);
  });

  it('binds a task of another pipeline by its keys there', async () => {
    const { pipelines, problems } = await load({
      'pipelines/copy.yaml':
        'params: { date: { type: date } }\ntasks:\n  main: { image: alpine, run: echo, params: [date] }\n',
      'pipelines/score.yaml':
        'params: { month: { type: month } }\ntasks:\n  rank: { image: alpine, run: echo, needs: [copy/main] }\n',
    });
    expect(problems).toEqual([]);
    expect(pipelines.get('score')?.tasks['rank']?.needs).toEqual([
      {
        name: 'copy/main',
        target: { pipeline: 'copy', task: 'main' },
        foreign: true,
        select: { kind: 'within', key: 'date', from: 'month' },
        pair: [],
        fanIn: [],
        optional: false,
        mode: 'files',
        position: { file: 'pipelines/score.yaml', line: 3, column: 45 },
      },
    ]);
  });

  it('takes the own pipeline by its name for what it is', async () => {
    const { needs } = await compileTask(
      'mine',
      `${HEAD}  theirs: { params: [date] }\n  mine: { params: [date], needs: [p/theirs] }\n`,
    );
    expect(needs).toMatchObject([{ name: 'theirs', foreign: false }]);
  });
});

describe('cycles', () => {
  const tasks = (text: string) => mistakes(HEAD + text);

  it('may go round through earlier times', async () => {
    expect(
      await tasks(
        '  a: { params: [date], needs: [{ task: b, offset: -1 }] }\n  b: { params: [date], needs: [a, { task: b, offset: -3 }] }\n',
      ),
    ).toEqual([]);
  });

  it('may step forward where more steps lead back', async () => {
    expect(
      await tasks(
        '  a: { params: [date], needs: [{ task: b, offset: -2 }] }\n  b: { params: [date], needs: [{ task: a, offset: 1 }] }\n',
      ),
    ).toEqual([]);
    expect(
      await tasks(
        '  a: { params: [date], needs: [{ task: b, offset: -1 }] }\n  b: { params: [date], needs: [{ task: a, offset: 1 }] }\n',
      ),
    ).toEqual(['cycle 14']);
  });

  it('count a window and `latest` as of the same time', async () => {
    expect(await tasks('  a: { params: [date], needs: [{ task: a, last: 5 }] }\n')).toEqual(['cycle 14']);
    expect(await tasks('  a: { params: [date], needs: [{ task: a, latest: true }] }\n')).toEqual([
      'cycle 14',
    ]);
  });

  it('a day back is not a month back', async () => {
    const month = '  m: { params: [month], needs: [a] }\n';
    expect(
      await tasks(
        `  a: { params: [date], needs: [{ task: b, offset: -1 }] }\n  b: { params: [date], needs: [m] }\n${month}`,
      ),
    ).toEqual(['cycle 14']);
    expect(
      await tasks(
        `  a: { params: [date], needs: [m2] }\n  m2: { params: [month], needs: [{ task: m, offset: -1 }] }\n${month}`,
      ),
    ).toEqual([]);
  });

  it('each knot is told once', async () => {
    expect(
      await tasks(
        '  a: { params: [], needs: [b] }\n  b: { params: [], needs: [a] }\n  c: { params: [], needs: [d] }\n  d: { params: [], needs: [c, a] }\n',
      ),
    ).toEqual(['cycle 14', 'cycle 16']);
  });
});
