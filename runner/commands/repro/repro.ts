import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { openEngine } from '../../compose.ts';
import { EXIT } from '../../errors.ts';
import type { Job } from '../../model/job.ts';
import { describeJob } from '../../run/describe-job.ts';
import { evaluateCondition, evaluateTemplate } from '../../language/expression/evaluate.ts';
import { oneInstance } from '../instance.ts';
import { usageError, type Output } from '../cli/output.ts';
import { makeSessionPlan, openSession, type CommonFlags } from '../planning.ts';
import { quoteWord } from '../cli/quote.ts';
import { layOut } from './folder.ts';
import type { RequestFlags } from '../request.ts';
import { readSecrets } from '../secrets.ts';

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
  const engineWords = wordsForEngine(project.engine.host);
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
  const [program = 'docker', ...rest] = await equalCommand(
    project,
    described.job,
    folder,
    flags.exec === true,
  );
  const command = [program, ...engineWords, ...rest];
  await writeFile(join(folder, 'run.sh'), `#!/bin/sh\nexec ${command.map(quoteWord).join(' ')}\n`, {
    mode: 0o755,
  });
  if (!output.json) {
    output.say(`inputs, files and outputs: ${folder}`);
    for (const name of Object.keys(secrets)) output.say(`needs the secret ${name} in the environment`);
    output.say(`\n${command.map(quoteWord).join(' ')}\n`);
    if (flags.exec !== true) output.say(`run it: ${join(folder, 'run.sh')}, or this command with --exec`);
  }
  const status = flags.exec === true ? await execute(command, secrets, output) : EXIT.ok;
  if (output.json) await output.document({ schema: 1, id: instance.id, folder, command });
  return status;
}

/** The `docker run` of the job. Where it is to be executed an engine has to answer: docker's own 125 says little. */
async function equalCommand(
  project: Parameters<typeof openEngine>[0],
  job: Job,
  folder: string,
  executed: boolean,
): Promise<readonly string[]> {
  const engine = await openEngine(project, process.env);
  try {
    if (executed) await engine.check();
    return engine.describe(job, folder);
  } finally {
    await engine.close();
  }
}

/** The engine that was asked for; else docker finds its own. */
function wordsForEngine(host: string | undefined): readonly string[] {
  if (host === undefined) return [];
  if (/^(?:unix|npipe):\/\//.test(host)) return ['-H', host];
  throw usageError(
    'engine-elsewhere',
    `${host} is an engine on another machine: it cannot mount a folder of this one`,
    'repeat it on that machine, or name an engine here: --engine unix:///var/run/docker.sock',
  );
}

/** The command's own exit status; its lines go where ours would: of `--json` stdout is the document's. */
function execute(
  command: readonly string[],
  secrets: Readonly<Record<string, string>>,
  output: Output,
): Promise<number> {
  const [program = 'docker', ...args] = command;
  return new Promise((done, fail) => {
    const child = spawn(program, args, {
      stdio: ['inherit', output.json ? process.stderr : 'inherit', 'inherit'],
      env: { ...process.env, ...secrets },
    });
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
