import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openPipeline } from '../../runner/app/asked-pipeline.ts';
import { olderMissing } from '../../runner/app/older-missing.ts';
import { planPipeline, type PlanOptions } from '../../runner/app/planned.ts';
import { runOn } from '../../runner/app/run.ts';
import { systemClock } from '../../runner/clock.ts';
import { createDryEngine } from '../../runner/engines/dry/engine.ts';
import { parseTarget } from '../../runner/commands/cli/target.ts';
import { olderLines } from '../../runner/report/older-words.ts';
import { createDirectoryStore } from '../../runner/stores/directory/store.ts';

const NOW = '2026-11-28T12:00:00Z';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-older-'));
  mkdirSync(join(folder, 'pipelines'));
  writeFileSync(join(folder, 'sluice.yaml'), 'store: store\n');
  writeFileSync(
    join(folder, 'pipelines', 'sales.yaml'),
    `params:
  date: { type: date, start: 2026-11-20 }
  month: { type: month, start: 2026-09 }
  hour: { type: hour, start: 2026-11-28T00 }
  region: { type: string, key: true, default: eu }
defaults: { image: busybox, run: echo, outputs: [x] }
tasks:
  clean: { params: [date, region] }
  monthly: { params: [month] }
  hourly: { params: [hour] }
  gone: { params: [date], until: '23:59' }
`,
  );
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const plan = async (words: string, options: PlanOptions = {}) =>
  planPipeline(await openPipeline({ cwd: folder, env: { HOME: folder } }, parseTarget(words.split(' '))), {
    now: NOW,
    ...options,
  });

async function run(words: string, options: PlanOptions = {}): Promise<void> {
  const openStore = () => createDirectoryStore(join(folder, 'store'));
  await runOn(createDryEngine({ clock: systemClock, openStore }), await plan(words, options));
}

const told = async (words: string, options: PlanOptions = {}) =>
  olderLines(await olderMissing(await plan(words, options)));

describe('a plain run', () => {
  it('names by task what older partitions it leaves missing, with the command that runs them', async () => {
    await run('sales clean --date 2026-11-20..2026-11-23');
    expect(await told('sales clean')).toEqual([
      'clean: 3 older partitions are missing (2026-11-24 … 26): sluice run sales clean --last 7 --now 2026-11-28T12:00:00Z',
    ]);
    // The command, as it is typed.
    await run('sales clean', { last: '7' });
    expect(await told('sales clean')).toEqual([]);
    expect(await told('sales')).toEqual([
      'monthly: 1 older partition is missing (2026-09): sluice run sales monthly --last 7 --now 2026-11-28T12:00:00Z',
      'hourly: 11 older partitions are missing (2026-11-28T00 … 28T10): sluice run sales hourly --last 12 --now 2026-11-28T12:00:00Z',
    ]);
  });

  it('looks back so far and no further, and keeps the keys that were given', async () => {
    expect(await told('sales clean --region us')).toEqual([
      'clean: at least 6 older partitions are missing (2026-11-21 … 26): sluice run sales clean --region us --last 7 --now 2026-11-28T12:00:00Z',
    ]);
  });

  it('says nothing where a range, or something else than what is missing, was asked for', async () => {
    expect(await told('sales clean --date 2026-11-26')).toEqual([]);
    expect(await told('sales clean', { last: '2' })).toEqual([]);
    expect(await told('sales clean', { only: 'failed' })).toEqual([]);
    expect(await told('sales clean', { rebuild: 'stale' })).toEqual([]);
  });

  it('does not name what can be had no more', async () => {
    expect(await told('sales gone')).toEqual([]);
  });
});
