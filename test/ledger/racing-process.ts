import { appendFileSync } from 'node:fs';
import { createHash, randomBytes } from 'node:crypto';
import { openLedger } from '../../runner/ledger/open.ts';
import { processIdentity } from '../../runner/ledger/runs/process.ts';
import { attemptId, runId } from '../../runner/model/run-id.ts';
import { createDirectoryStore } from '../../runner/stores/directory/store.ts';
import { manifestOf, runRecord, upload } from './sample.ts';

/** Works on every instance of a small task until all are committed; tells what it committed. */
const [root = '', diary = '', count = '0'] = process.argv.slice(2);
const store = createDirectoryStore(root);
const identity = await processIdentity();
const random = (bytes: number) => randomBytes(bytes).toString('hex');
const clock = { now: () => Date.now(), sleep: async () => {} };
const ledger = await openLedger(store, { clock, process: identity, random });
const run = runId(clock.now(), random);
await ledger.startRun(runRecord(run, { process: identity, nonce: random(8) }));

for (let attempts = 1, left = Number(count); left > 0;) {
  left = 0;
  for (let n = 0; n < Number(count); n += 1) {
    const id = `race/task/n=${n}`;
    const over = await ledger.readManifest(id);
    if (over !== undefined) continue;
    left += 1;
    const attempt = attemptId(run, attempts);
    attempts += 1;
    const claimed = await ledger.claim(id, attempt, run);
    // Some go on without a claim, as after a wrong guess that its owner is dead: the commit decides.
    if (claimed.kind === 'held' && Math.random() < 0.8) continue;
    const content = createHash('sha256').update(attempt).digest('hex');
    await upload(store, attempt, { 'a.txt': content }, id);
    await ledger.beginPublication(id, attempt);
    const published = [{ path: 'a.txt', to: `${n}.txt`, newest: false }];
    const manifest = manifestOf(attempt, {
      instance: id,
      files: { 'a.txt': content },
      published,
      nonce: random(8),
    });
    const result = await ledger.commitManifest(manifest, null);
    if (result.kind === 'committed') appendFileSync(diary, `${id} ${attempt}\n`);
    await ledger.publish(id);
    if (claimed.kind === 'claimed') await ledger.release(claimed.claim);
  }
}
