import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { sayIfSlow } from '../../runner/app/open-ledger.ts';

it('says once what is waited for, and nothing of what comes at once', async () => {
  const said: string[] = [];
  const say = (): void => void said.push('waiting');
  expect(await sayIfSlow(async () => 'value', say, 20)).toBe('value');
  await sleep(60);
  expect(said).toEqual([]);
  expect(await sayIfSlow(() => sleep(100, 'late'), say, 20)).toBe('late');
  expect(said).toEqual(['waiting']);
  await expect(sayIfSlow(() => Promise.reject(new Error('refused')), say, 20)).rejects.toThrow('refused');
  await sleep(60);
  expect(said).toEqual(['waiting']);
});
