import { openProject } from '../app/project/open-project.ts';
import { EXIT, usageError } from '../errors.ts';
import { appOptions, type CommonFlags } from './cli/flags.ts';
import { sayWarnings } from './cli/typed.ts';
import type { Output } from './cli/output.ts';
import { parseTarget } from './cli/target.ts';

/** `sluice check`: every mistake of every file, nothing else. */
export async function checkCommand(
  words: readonly string[],
  flags: CommonFlags,
  output: Output,
): Promise<number> {
  const budgetSeconds = readBudget(process.env['SLUICE_CHECK_SECONDS'] ?? '');
  const opened = await openProject({ ...appOptions(flags, output, parseTarget(words).file), budgetSeconds });
  const pipelines = [...opened.pipelines.values()];
  if (output.json) {
    const { problemsDocument } = await import('../report/json.ts');
    await output.document(problemsDocument(opened.warnings));
    return EXIT.ok;
  }
  await sayWarnings(opened.warnings, output);
  for (const pipeline of pipelines) {
    const tasks = Object.keys(pipeline.tasks).length;
    output.say(
      `${pipeline.name}: ${tasks} ${tasks === 1 ? 'task' : 'tasks'}, no mistakes (${pipeline.file})`,
    );
  }
  if (pipelines.length === 0) output.say('no pipelines: pipelines/ holds no .yaml file');
  return EXIT.ok;
}

function readBudget(text: string): number {
  if (text === '') return 20;
  if (/^[1-9]\d{0,6}$/.test(text)) return Number(text);
  throw usageError(
    'bad-variable',
    `expected a whole number of seconds from 1 in SLUICE_CHECK_SECONDS, found "${text}"`,
  );
}
