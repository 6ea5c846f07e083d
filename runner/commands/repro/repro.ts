import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openEngine, openStoreRef } from '../../compose.ts';
import { EXIT, usageError } from '../../errors.ts';
import type { Job } from '../../model/job.ts';
import type { Output } from '../cli/output.ts';
import { prepareRepro } from '../../app/repro.ts';
import type { CommonFlags } from '../cli/flags.ts';
import { openTyped } from '../cli/typed.ts';
import { quoteWord } from '../../model/quote-word.ts';
import { layOut } from './folder.ts';
import { clearPlace, findPlace, sign } from './place.ts';
import type { RequestOptions } from '../../app/request.ts';

export interface ReproFlags extends CommonFlags, RequestOptions {
  readonly into?: string;
  readonly exec?: boolean;
  readonly envFile?: string;
}

/** `sluice repro`: what an instance's container sees, in a folder, and the equal `docker run`. */
export async function reproCommand(
  words: readonly string[],
  flags: ReproFlags,
  output: Output,
): Promise<number> {
  const { only: _only, resume: _resume, ...options } = flags;
  const asked = await openTyped(words, flags, output);
  const { project } = asked.opened;
  const { instance, job, secrets, store } = await prepareRepro(asked, options, {
    ...(flags.envFile === undefined ? {} : { envFile: flags.envFile }),
    namesOnly: flags.exec !== true,
  });
  const { folder, passedBy } = await findPlace(flags.into, instance.task);
  if (passedBy !== undefined) output.warn(passedBy);
  const command = await equalCommand(project, job, folder, flags.exec === true);
  await clearPlace(folder);
  // What others make is in stores of its own.
  await layOut(job, folder, async (ref) =>
    ref === job.outputs.store ? store : openStoreRef(ref, asked.options.env),
  );
  await writeFile(join(folder, 'run.sh'), `#!/bin/sh\nexec ${command.map(quoteWord).join(' ')}\n`, {
    mode: 0o755,
  });
  await sign(folder);
  if (!output.json) {
    output.say(`inputs, files and outputs: ${folder}`);
    for (const name of Object.keys(secrets)) output.say(`needs the secret ${name} in the environment`);
    output.say(['', ...command.map(quoteWord).join(' ').split('\n'), '']);
    if (flags.exec !== true) output.say(`run it: ${join(folder, 'run.sh')}, or this command with --exec`);
  }
  const status = flags.exec === true ? await execute(command, secrets, output) : EXIT.ok;
  // What the container wrote is nobody's work.
  if (flags.exec === true) await sign(folder);
  if (output.json) await output.document({ schema: 1, id: instance.id, folder, command });
  return status;
}

/** Where it is to be executed an engine has to answer: what the command itself would say of that is little. */
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

/** The command's own exit status; its lines go where ours would: of `--json` stdout is the document's. */
function execute(
  command: readonly string[],
  secrets: Readonly<Record<string, string>>,
  output: Output,
): Promise<number> {
  const [program = '', ...args] = command;
  return new Promise((done, fail) => {
    const child = spawn(program, args, {
      stdio: ['inherit', output.json ? process.stderr : 'inherit', 'inherit'],
      env: { ...process.env, ...secrets },
    });
    child.on('error', (error) => {
      fail(
        usageError(
          'no-program',
          `${program} could not be started: ${error.message}`,
          `install ${program}, or repeat it where it is`,
        ),
      );
    });
    child.on('close', (status) => done(status ?? EXIT.interrupted));
  });
}
