import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openPipeline } from '../../runner/app/asked-pipeline.ts';
import { prepareRepro } from '../../runner/app/repro.ts';

it('wants the values of secrets only from whoever executes it', async () => {
  const project = mkdtempSync(join(tmpdir(), 'sluice-repro-'));
  try {
    mkdirSync(join(project, 'pipelines'));
    writeFileSync(
      join(project, 'pipelines/p.yaml'),
      'tasks: { t: { image: busybox, run: x, secrets: [TOKEN] } }\n',
    );
    const asked = await openPipeline({ cwd: project, env: {} }, { pipeline: 'p', tasks: ['t'] });
    const { job, secrets } = await prepareRepro(asked, {}, { namesOnly: true });
    expect(Object.keys(job.secrets)).toEqual(['TOKEN']);
    expect(secrets).toEqual({ TOKEN: '' });
    await expect(prepareRepro(asked, {})).rejects.toThrow('the secret TOKEN (task t) is not set');
  } finally {
    rmSync(project, { recursive: true });
  }
});
