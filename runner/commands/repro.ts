import { spawn } from 'node:child_process';
import { chmod, copyFile, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { openEngine } from '../compose.ts';
import { EXIT } from '../errors.ts';
import type { Job } from '../model/job.ts';
import type { ObjectStore } from '../ports.ts';
import { describeJob } from '../run/describe-job.ts';
import { evaluateCondition, evaluateTemplate } from '../spec/expression/evaluate.ts';
import { downloadObject } from './download.ts';
import { oneInstance } from './instance.ts';
import { usageError, type Output } from './output.ts';
import { makeSessionPlan, openSession, type CommonFlags } from './planning.ts';
import { quoteWord } from './quote.ts';
import type { RequestFlags } from './request.ts';
import { readSecrets } from './secrets.ts';

export interface ReproFlags extends CommonFlags, RequestFlags {
  readonly into?: string;
  readonly exec?: boolean;
  readonly envFile?: string;
}

/** An attempt that is nobody's: only names in the environment of what a person repeats by hand. */
const BY_HAND = '00000000T000000Z-000000';

/** `sluice repro`: what an instance's container sees, in a folder, and the equal `docker run`. */
export async function reproCommand(
  words: readonly string[],
  flags: ReproFlags,
  output: Output,
): Promise<number> {
  const session = await openSession(words, flags, output);
  const { plan, pipelines, ledger } = await makeSessionPlan(session, { ...flags, rebuild: 'all' });
  const instance = oneInstance(plan, session);
  const { project } = session.opened;
  const secrets = await readSecrets(
    { ...plan, instances: [instance] },
    pipelines,
    process.env,
    flags.envFile,
  );
  const described = await describeJob(instance, `${BY_HAND}-1`, {
    run: BY_HAND,
    ledger,
    pipelines,
    projectRoot: project.root,
    secrets,
    expressions: { template: evaluateTemplate, condition: evaluateCondition },
  });
  if (described.kind === 'none')
    throw usageError('no-repro', `${instance.id} cannot be repeated: ${described.reason}`);
  const folder = resolve(flags.into ?? `repro-${instance.task}`);
  await layOut(described.job, folder, ledger.store);
  const engine = await openEngine(project, process.env);
  const command = engine.describe(described.job, folder);
  await engine.close();
  await writeFile(join(folder, 'run.sh'), `#!/bin/sh\nexec ${command.map(quoteWord).join(' ')}\n`, {
    mode: 0o755,
  });
  if (output.json) output.document({ schema: 1, id: instance.id, folder, command });
  else {
    output.say(`inputs, files and outputs: ${folder}`);
    for (const name of Object.keys(secrets)) output.say(`needs the secret ${name} in the environment`);
    output.say(`\n${command.map(quoteWord).join(' ')}\n`);
    if (flags.exec !== true) output.say(`run it: ${join(folder, 'run.sh')}, or this command with --exec`);
  }
  return flags.exec === true ? execute(command, secrets) : EXIT.ok;
}

async function layOut(job: Job, folder: string, store: ObjectStore): Promise<void> {
  await clear(folder);
  for (const name of ['inputs', 'workspace', 'outputs', 'sluice']) {
    await mkdir(join(folder, name), { recursive: true });
    // The image's user may be any; only this folder's owner reaches it.
    if (name !== 'inputs') await chmod(join(folder, name), 0o777);
  }
  for (const empty of job.emptyFolders) await mkdir(join(folder, empty), { recursive: true });
  for (const input of job.inputs) {
    for (const object of input.objects)
      await downloadObject(store, input.prefix, object, join(folder, input.to));
  }
  for (const file of job.files) {
    const target = join(folder, file.to);
    await mkdir(dirname(target), { recursive: true });
    if (file.kind === 'local') await copyFile(file.from, target);
    else await writeFile(target, file.text);
    await chmod(target, file.executable ? 0o755 : 0o644);
  }
  await writeFile(join(folder, 'sluice', 'output'), '');
  await chmod(join(folder, 'sluice', 'output'), 0o666);
}

const MARK = '.sluice-repro';

/** Makes the folder empty: one that an earlier repro made, or a new one; never anything else of a person's. */
async function clear(folder: string): Promise<void> {
  const entries = await readdir(folder).catch((): string[] => []);
  if (entries.length > 0 && !entries.includes(MARK)) {
    throw usageError(
      'folder-in-use',
      `${folder} is not empty, and no repro made it`,
      'name another: --into FOLDER',
    );
  }
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, MARK), '');
}

/** The command's own exit status; its lines go where ours would. */
function execute(command: readonly string[], secrets: Readonly<Record<string, string>>): Promise<number> {
  const [program = 'docker', ...args] = command;
  return new Promise((done, fail) => {
    const child = spawn(program, args, { stdio: 'inherit', env: { ...process.env, ...secrets } });
    child.on('error', (error) => {
      fail(
        usageError(
          'no-docker',
          `${program} could not be started: ${error.message}`,
          'install the docker command line',
        ),
      );
    });
    child.on('close', (status) => done(status ?? EXIT.interrupted));
  });
}
