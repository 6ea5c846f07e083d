import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { clearStored } from '../../runner/app/hand/clear-stored.ts';
import { clearByHand } from '../../runner/app/hand/clear.ts';
import { oneInstance } from '../../runner/app/instance.ts';
import { withLeftOnRecord } from '../../runner/app/left-on-record.ts';
import { soundPipelines } from '../../runner/app/sound-pipelines.ts';
import { sortRetired } from '../../runner/app/status/retired.ts';
import { parseTarget } from '../../runner/commands/cli/target.ts';
import { splitUnknown } from '../../runner/commands/cli/unknown-flags.ts';
import { createPaint } from '../../runner/report/paint.ts';
import { retiredLines } from '../../runner/report/retired.ts';
import { openDesk, type Desk, type makeAll } from './hand/desk.ts';

const SALES = `
name: sales
params: { date: { type: date, start: 2021-01-25 } }
defaults: { image: busybox, params: [date], run: x, outputs: [a], retry: { max-attempts: 1 } }
tasks:
  list: { outputs: [{ value: shops }] }
  each: { needs: [list], strategy: { matrix: { shop: '\${{ fromJSON(needs.list.outputs.shops) }}' } } }
  written: { strategy: { matrix: { shop: [A, B] } } }
  old: {}
  late: {}
`;

let desk: Desk;
beforeEach(async () => {
  desk = await openDesk(SALES);
});
afterEach(() => desk.remove());

const DAY = 'date=2021-01-29';
const listing =
  (shops: string): typeof makeAll =>
  ({ instance }) => {
    if (instance.startsWith('sales/list/')) return { values: { shops } };
    return { exitCode: instance.startsWith('sales/late/') ? 75 : 1 };
  };
const sorted = async (isOurs?: (pipeline: string) => boolean) => {
  const open = { failures: await desk.ledger.openFailures(), waits: await desk.ledger.openWaits() };
  const sound = await soundPipelines({ cwd: desk.folder, env: {} });
  const { failures, waits, retired } = await sortRetired(desk.ledger, sound, open, desk.clock.now(), isOurs);
  const names = (records: readonly { readonly instance: string }[]) =>
    records.map(({ instance }) => instance.replace('sales/', '').replace(`/${DAY}`, '')).sort();
  return { failures: names(failures), waits: names(waits), retired };
};
const who = { who: 'anna', ledger: async () => desk.ledger };

describe('what is on record of an instance that is no more', () => {
  beforeEach(async () => {
    await desk.run('sales --date 2021-01-29', {}, listing('["A","B"]'));
  });

  it('is open as long as the instance is there, or nobody can tell', async () => {
    const all = ['each/shop=A', 'each/shop=B', 'old', 'written/shop=A', 'written/shop=B'];
    expect(await sorted()).toEqual({ failures: all, waits: ['late'], retired: [] });
    // The list is not made: it may name the leg again.
    await clearByHand(await desk.asked(`sales/list/${DAY}`), who);
    expect(await sorted()).toEqual({ failures: all, waits: ['late'], retired: [] });
    desk.write('pipelines/sales.yaml', 'tasks: {');
    expect(await sorted()).toEqual({ failures: all, waits: ['late'], retired: [] });
  });

  it('is retired with its task or its leg, and the command that is told takes it away', async () => {
    await clearByHand(await desk.asked(`sales/list/${DAY}`), who);
    await desk.run(`sales/list/${DAY}`, {}, listing('["B"]'));
    desk.write(
      'pipelines/sales.yaml',
      SALES.replace('old:', 'new:').replace('late:', 'later:').replace('[A, B]', '[B]'),
    );
    expect((await sorted(() => false)).retired).toEqual([]);
    const found = await sorted();
    expect(found).toMatchObject({ failures: ['each/shop=B', 'written/shop=B'], waits: [] });
    const told = ({ instance, kind, reason }: (typeof found.retired)[number]) =>
      `${instance.split('/')[1]} ${kind}: ${reason}`;
    expect(found.retired.map(told).sort()).toEqual([
      'each failure: its leg is no more in its matrix',
      'late wait: its task is no more in pipeline sales',
      'old failure: its task is no more in pipeline sales',
      'written failure: its leg is no more in its matrix',
    ]);
    expect(retiredLines(found.retired, createPaint(false)).join('\n')).toContain(
      `sales/old/${DAY}: the record of a failure; its task is no more in pipeline sales\n    to take it away: sluice clear sales/old/${DAY}`,
    );
    const { plan } = await desk.plan('sales', { only: 'failed' });
    expect(plan.counts).toEqual({ failed: 2 });
    for (const { command } of found.retired) await clear(command.replace('sluice clear ', ''));
    expect(await sorted()).toEqual({ failures: ['each/shop=B', 'written/shop=B'], waits: [], retired: [] });
  });

  it('is retired where its date or its keys are no more', async () => {
    desk.write('pipelines/sales.yaml', SALES.replace('2021-01-25', '2021-02-01'));
    expect(new Set((await sorted()).retired.map(({ reason }) => reason))).toEqual(
      new Set(['its date has no partition any more, by its calendar or start']),
    );
    desk.write('pipelines/sales.yaml', SALES.replace('old: {}', 'old: { params: [] }'));
    expect((await sorted()).retired).toMatchObject([{ reason: 'its task has other keys now' }]);
  });

  it('is told by why, with the command', async () => {
    desk.write('pipelines/sales.yaml', SALES.replace('old:', 'new:'));
    const why = async (id: string) => {
      const asked = await desk.asked(id);
      try {
        return oneInstance(await desk.plan(id));
      } catch (error) {
        return withLeftOnRecord(error, asked, async () => desk.ledger);
      }
    };
    expect(await why(`sales/old/${DAY}`)).toMatchObject({
      problems: [
        {
          code: 'unknown-task',
          message: expect.stringContaining(`the store still has of sales/old/${DAY}: an open failure`),
          fix: `to take that away: sluice clear sales/old/${DAY}`,
        },
      ],
    });
    expect(await why('sales/each/date=2021-01-29/shop=Z')).toMatchObject({
      problems: [{ code: 'no-instance', message: 'there is no such instance' }],
    });
  });
});

/** As `sluice clear` does: by the files, with what is wrong in the words, or else by the store alone. */
async function clear(id: string): Promise<void> {
  try {
    const asked = await desk.asked(id);
    await clearByHand({ ...asked, ...splitUnknown(parseTarget([id]), asked.pipeline, {}) }, who);
  } catch {
    await clearStored({ cwd: desk.folder, env: {} }, parseTarget([id]), who);
  }
}
