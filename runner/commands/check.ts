import { openProject } from '../compose.ts';
import { EXIT } from '../errors.ts';
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
  const opened = await openProject(appOptions(flags, output, parseTarget(words).file));
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
