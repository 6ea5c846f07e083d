import { describe, expect, it } from 'vitest';
import type { StoreError } from '../../../runner/errors.ts';
import { encode, textOf } from '../../contracts/object-store.ts';
import { openBench, OTHER_RUN, RUN } from '../sample.ts';
import { forgetfulStore } from '../watched-store.ts';

const KEY = 'pipelines/sales.json';
const CLAIM = { pipeline: 'sales', since: '2021-01-29T22:00:00.000Z', adopt: false };
const BY_A = { ...CLAIM, project: 'shop-a', run: RUN };
const BY_B = { ...CLAIM, project: 'shop-b', run: OTHER_RUN };

describe('whose a pipeline is', () => {
  it('is nobody’s until a run claims it, then that project’s, whichever run asks', async () => {
    const { ledger } = await openBench();
    expect(await ledger.readOwner('sales')).toBeUndefined();
    expect((await ledger.claimPipeline(BY_A)).project).toBe('shop-a');
    expect((await ledger.claimPipeline(BY_B)).project).toBe('shop-a');
    expect(await ledger.claimPipeline({ ...BY_A, run: OTHER_RUN })).toMatchObject({ run: RUN });
    expect(await ledger.readOwner('sales')).toMatchObject({ project: 'shop-a', run: RUN });
    expect(await ledger.readOwner('other')).toBeUndefined();
  });

  it('goes to one of many projects that come first at once', async () => {
    const { ledger, open } = await openBench();
    const ledgers = await Promise.all(Array.from({ length: 10 }, () => open()));
    const owners = await Promise.all(
      ledgers.map((one, n) => one.claimPipeline({ ...BY_A, project: `shop-${n}` })),
    );
    const winner = await ledger.readOwner('sales');
    expect(new Set(owners.map(({ project }) => project))).toEqual(new Set([winner?.project]));
  });

  it('is taken over when that is asked for, by one of several at once', async () => {
    const { ledger, open } = await openBench();
    await ledger.claimPipeline(BY_A);
    const others = await Promise.all([open(), open()]);
    const taken = await Promise.all(
      others.map((one, n) => one.claimPipeline({ ...BY_B, project: `new-${n}`, adopt: true })),
    );
    const now = await ledger.readOwner('sales');
    expect(now).toMatchObject({ takenFrom: 'shop-a', run: OTHER_RUN });
    expect(taken.map(({ project }) => project)).toEqual([now?.project, now?.project]);
    expect((await ledger.claimPipeline(BY_A)).project).toBe(now?.project);
  });

  it('is known again where the answer to the write was lost', async () => {
    const { store, open } = await openBench();
    const ledger = await open(forgetfulStore(store, (key) => key === KEY));
    expect((await ledger.claimPipeline(BY_A)).project).toBe('shop-a');
  });

  it('is named and passed by where its record is broken, and written over', async () => {
    const damage: StoreError[] = [];
    const { ledger, store } = await openBench(undefined, { onDamage: (one) => void damage.push(one) });
    await store.put(KEY, encode('{"schema":1,"pipeline":"sales","project":"\\u001b[31m"}'));
    expect(await ledger.readOwner('sales')).toBeUndefined();
    expect(damage[0]?.message).toContain(KEY);
    expect((await ledger.claimPipeline(BY_B)).project).toBe('shop-b');
    expect(await textOf(store, KEY)).toContain('shop-b');
  });

  it('is not what a record says that was moved from another pipeline', async () => {
    const { ledger, store } = await openBench();
    await ledger.claimPipeline(BY_A);
    await store.put('pipelines/other.json', encode((await textOf(store, KEY)) ?? ''));
    expect(await ledger.readOwner('other')).toBeUndefined();
  });
});
