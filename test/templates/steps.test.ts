import { describe, expect, it } from 'vitest';
import { runScript } from './script.ts';

const FINRA = 'Date|Symbol|ShortVolume|ShortExemptVolume|TotalVolume|Market';
const PRICES = 'date,symbol,open,high,low,close,volume,source';
const SCORE = 'rank,symbol,score,ratio,z,fails,momentum,ratio_points,z_points,fails_points,momentum_points';

const day = { SLUICE_PARAM_DATE: '2021-01-05', SLUICE_PARAM_TOP: '2' };

describe('daily', () => {
  it('joins volume and prices by our spelling and says who has no price', async () => {
    const result = await runScript('daily.mjs', {
      env: day,
      inputs: {
        'short-volume/source.txt': `${FINRA}\n20210105|GME|30|0|60|Q\n20210105|BRK/B|10|0|20|N\n2\n`,
        'prices/source.txt': `${PRICES}\n2021-01-05,BRK-B,1,1,1,230.5,9,v\n2021-01-05,ZZZ,1,1,1,1,9,v\n`,
      },
    });
    expect(result.output('daily.csv')).toBe('symbol,short,total,close\nBRK.B,10,20,230.5\nGME,30,60,\n');
    expect(result.values).toBe('without-price=GME\n');
    expect(result.stdout).toContain('no price for 1: GME');
    expect(result.stdout).toContain('1 with a price only, left out');
  });
});

describe('windows', () => {
  it('have clipped beginnings: one day is enough for a ratio, not for momentum or a z-score', async () => {
    const inputs = { 'daily/date=2021-01-05/daily.csv': 'symbol,short,total,close\nA,30,60,10\n' };
    const ratio = await runScript('ratio.mjs', { env: day, inputs });
    expect(ratio.output('ratio.csv')).toBe(
      'symbol,days,ratio,ratio_5d,volume_5d\nA,1,0.50000000,0.50000000,60.000\n',
    );
    const momentum = await runScript('momentum.mjs', { env: day, inputs });
    expect(momentum.output('momentum.csv')).toBe('symbol,since,momentum\n');
    const z = await runScript('z-score.mjs', {
      env: day,
      inputs: { 'ratio/date=2021-01-05/ratio.csv': ratio.output('ratio.csv') },
    });
    expect(z.output('z-score.csv')).toBe('symbol,days,z\nA,0,\n');
  });

  it('sum volumes before they divide, and leave out who was not traded today', async () => {
    const result = await runScript('ratio.mjs', {
      env: day,
      inputs: {
        'daily/date=2021-01-04/daily.csv': 'symbol,short,total,close\nA,10,100,1\nGONE,1,2,1\n',
        'daily/date=2021-01-05/daily.csv': 'symbol,short,total,close\nA,150,300,1\nIDLE,0,0,1\n',
      },
    });
    expect(result.output('ratio.csv')).toBe(
      'symbol,days,ratio,ratio_5d,volume_5d\nA,2,0.50000000,0.40000000,200.000\n',
    );
  });

  it('measure momentum since the first price there is, and only with one today', async () => {
    const result = await runScript('momentum.mjs', {
      env: day,
      inputs: {
        'daily/date=2020-12-31/daily.csv': 'symbol,short,total,close\nA,1,2,10\nLATE,1,2,\nLOST,1,2,5\n',
        'daily/date=2021-01-04/daily.csv': 'symbol,short,total,close\nA,1,2,11\nLATE,1,2,20\nLOST,1,2,5\n',
        'daily/date=2021-01-05/daily.csv': 'symbol,short,total,close\nA,1,2,12\nLATE,1,2,30\nLOST,1,2,\n',
      },
    });
    expect(result.output('momentum.csv')).toBe(
      'symbol,since,momentum\nA,2020-12-31,0.20000000\nLATE,2021-01-04,0.50000000\n',
    );
  });
});

describe('score', () => {
  const parts = {
    'ratio/ratio.csv':
      'symbol,days,ratio,ratio_5d,volume_5d\nA,5,0.500000,0.5,100.000\nBRK.B,5,0.600000,0.5,100.000\n',
    'z-score/z-score.csv': 'symbol,days,z\nA,5,1.000000\nBRK.B,5,-1.000000\n',
    'momentum/momentum.csv': 'symbol,since,momentum\nA,2020-12-31,0.100000\n',
  };

  it('finds the SEC’s spelling and takes no record for no fails', async () => {
    const result = await runScript('score.mjs', {
      env: day,
      inputs: { ...parts, 'fails-by-symbol/fails.csv': 'symbol,fails,half\nBRKB,5.000,2020-12-01\n' },
    });
    const [, first, second] = result.output('score.csv').split('\n');
    // BRK.B: (0.35·100 + 0.25·0 + 0.2·100) / 0.8; A: 0.25·100 + 0.2·50 (alone in its column)
    expect(first).toBe('1,BRK.B,68.7500,0.600000,-1.000000,0.05000000,,100.0000,0.0000,100.0000,');
    expect(second).toBe('2,A,35.0000,0.500000,1.000000,0.00000000,0.100000,0.0000,100.0000,0.0000,50.0000');
    expect(result.values).toBe('half=2020-12-01\n');
    expect(result.stdout).toContain('1 without momentum');
  });

  it('goes without fails while no file is out, and says so', async () => {
    const result = await runScript('score.mjs', { env: day, inputs: parts });
    expect(result.stdout).toContain('no fails-to-deliver file was out yet');
    expect(result.values).toBe('half=\n');
    expect(result.output('score.csv').split('\n')[1]).toMatch(/^1,BRK\.B,58\.3333,.*,,,100\.0000,0\.0000,,$/);
  });
});

describe('report', () => {
  const score = `${SCORE}\n1,A,90.0000,0.500000,1.000000,0.01000000,0.100000,90.0000,90.0000,90.0000,90.0000\n2,<B>,50.0000,0.400000,,,,50.0000,,,\n3,C,10.0000,0.100000,,,,10.0000,,,\n`;
  const daily = 'symbol,short,total,close\nA,1,4,1\n<B>,1,4,\nC,2,8,\n';

  it('shows the first `top`, places won and lost, and who has no price', async () => {
    const yesterday = score.replace('1,A', '2,A').replace('2,<B>', '1,<B>');
    const env = { ...day, FAILS_HALF: '2020-12-01', WITHOUT_PRICE: '<B> C' };
    const inputs = { 'score/score.csv': score, 'daily/daily.csv': daily, 'yesterday/score.csv': yesterday };
    const result = await runScript('report.mjs', { env, inputs });
    const html = result.output('report.html');
    expect(html).toContain('Tuesday, 5 January 2021');
    expect(html).toContain('▲ 1');
    expect(html).toContain('▼ 1');
    expect(html).toContain('25.0 %');
    expect(html).toContain('No price for 2 symbols');
    expect(html).not.toContain('<B>');
    expect(result.output('top.csv').split('\n')).toHaveLength(4);
    expect((await runScript('report.mjs', { env, inputs })).output('report.html')).toBe(html);
  });

  it('does without yesterday on the first day', async () => {
    const result = await runScript('report.mjs', {
      env: { ...day, FAILS_HALF: '', WITHOUT_PRICE: '' },
      inputs: { 'score/score.csv': score, 'daily/daily.csv': daily },
    });
    expect(result.output('report.html')).toContain('No fails-to-deliver file was out by this day');
    expect(result.output('report.html')).not.toContain('▲');
  });
});

describe('monthly', () => {
  it('counts how often each symbol was among the first', async () => {
    const rows = (first: string, second: string) =>
      `${SCORE}\n1,${first},90,,,,,,,,\n2,${second},50,,,,,,,,\n`;
    const result = await runScript('monthly.mjs', {
      env: { SLUICE_PARAM_MONTH: '2021-01', SLUICE_PARAM_TOP: '1' },
      inputs: {
        'score/date=2021-01-04/score.csv': rows('A', 'B'),
        'score/date=2021-01-05/score.csv': rows('B', 'A'),
        'score/date=2021-01-06/score.csv': rows('B', 'A'),
      },
    });
    expect(result.output('month.csv')).toBe(
      'symbol,days,days_in_top,best_rank,mean_score\nB,3,2,1,76.6667\nA,3,1,1,63.3333\n',
    );
  });
});
