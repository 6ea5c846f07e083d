import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Manifest } from '../../../runner/model/records.ts';
import { fingerprintOf } from '../../../runner/plan/staleness/fingerprint.ts';
import { layInputs } from '../../../runner/run/attempt/inputs.ts';
import { committed, createWorld, instance, need, pipeline, rule, start, task } from '../world.ts';

const referring = (name: string) => ({ ...rule(name), mode: 'uri' as const });

describe('a need of mode uri', () => {
  test('lays no files: the task is told in a file where they are', async () => {
    const world = await createWorld();
    await committed(world, 'a', 'date=2021-01-29', { 'out.csv': 'x' }, {});
    await committed(world, 'b', '_', { 'out.csv': 'y' });
    const { report, engine } = start(
      world,
      [task('t', { needs: [referring('a'), rule('b')] })],
      [
        instance('t', '_', {
          needs: [need('a', ['p/a/date=2021-01-29']), need('b', ['p/b/_'])],
        }),
      ],
    );
    await report;
    const job = engine.jobs[0];
    expect(job?.inputs.map(({ to }) => to)).toEqual(['/inputs/b']);
    expect(job?.env['SLUICE_INPUTS']).toBe('/sluice/inputs.json');
    const file = job?.files.find(({ to }) => to === '/sluice/inputs.json');
    const told: unknown = JSON.parse(file?.kind === 'text' ? file.text : '');
    expect(told).toMatchObject({
      needs: { a: [{ instance: 'p/a/date=2021-01-29', objects: [{ path: 'out.csv', bytes: 1 }] }] },
    });
    const found = await world.ledger.readManifest('p/t/_');
    expect(found?.manifest.inputs.map(({ instance: read }) => read)).toEqual([
      'p/a/date=2021-01-29',
      'p/b/_',
    ]);
  });

  test('that is optional and absent has no instances, and no folder', async () => {
    const world = await createWorld();
    const absent = need('a', ['p/a/_'], { optional: true, atLeast: 0 });
    const { report, engine } = start(
      world,
      [task('t', { needs: [referring('a')] }), task('a', { outputs: [] })],
      [instance('t', '_', { needs: [absent] })],
    );
    await report;
    const [job] = engine.jobs;
    expect(job?.emptyFolders).toEqual([]);
    const file = job?.files.find(({ to }) => to === '/sluice/inputs.json');
    expect(JSON.parse(file?.kind === 'text' ? file.text : '')).toMatchObject({ needs: { a: [] } });
  });

  test('is not told to a task without one', async () => {
    const world = await createWorld();
    const { report, engine } = start(world, [task('t')], [instance('t')]);
    await report;
    expect(engine.jobs[0]?.env).not.toHaveProperty('SLUICE_INPUTS');
    expect(engine.jobs[0]?.files).toEqual([]);
  });

  test.each([
    [
      'a bucket',
      'inputs-s3.json',
      {
        kind: 's3',
        uri: 's3://acme-data/sluice',
        settings: {
          endpoint: 'https://s3.example.org',
          region: 'eu',
          pathStyle: true,
          kmsKey: 'k',
          tags: { a: 'b' },
        },
      },
    ],
    ['a folder', 'inputs-directory.json', { kind: 'directory', root: '/data/my store' }],
  ] as const)('is spelled as documented for %s', (_, golden, ref) => {
    const manifest = {
      instance: 'short-score/prices/date=2021-01-29/venue=a%20b',
      attempt: '20210130T021500Z-6f00b5-1',
      objects: [{ path: 'out/ü #1.csv', bytes: 41_201, sha256: '98ea' }],
      values: { symbols: '512' },
    } as unknown as Manifest;
    const bound = need('prices', [manifest.instance]);
    const { references } = layInputs(
      { needs: [referring('prices'), referring('notes')] },
      [
        { need: bound, present: [manifest] },
        { need: need('notes', []), present: [] },
      ],
      ref,
      () => ref,
    );
    const expected = readFileSync(new URL(`../../golden/run/${golden}`, import.meta.url), 'utf8');
    expect(references).toEqual({
      kind: 'text',
      text: expected,
      to: '/sluice/inputs.json',
      executable: false,
    });
  });

  test('is another fingerprint of the needs, and of nothing else', () => {
    const [files, uri] = [rule('a'), referring('a')].map((one) => {
      const made = task('t', { needs: [one] });
      return fingerprintOf(pipeline([made]), made, {});
    });
    expect(uri?.needs).not.toBe(files?.needs);
    expect({ ...uri, needs: '' }).toEqual({ ...files, needs: '' });
  });
});
