import { openProject } from '../compose.ts';
import { EXIT } from '../errors.ts';
import { composeOptions, type CommonFlags } from './planning.ts';
import type { Output } from './cli/output.ts';
import { parseTarget } from './cli/target.ts';

/** `sluice check`: every mistake of every file, nothing else. */
export async function checkCommand(
  words: readonly string[],
  flags: CommonFlags,
  output: Output,
): Promise<number> {
  const opened = await openProject(composeOptions(flags, parseTarget(words)));
  const pipelines = [...opened.pipelines.values()];
  if (output.json) {
    const { problemsDocument } = await import('../report/json.ts');
    await output.document(problemsDocument(opened.warnings));
    return EXIT.ok;
  }
  if (opened.warnings.length > 0) {
    const { formatProblems } = await import('../language/frame.ts');
    output.warn(formatProblems(opened.warnings, { color: output.color }));
  }
  for (const pipeline of pipelines) {
    const tasks = Object.keys(pipeline.tasks).length;
    output.say(
      `${pipeline.name}: ${tasks} ${tasks === 1 ? 'task' : 'tasks'}, no mistakes (${pipeline.file})`,
    );
  }
  if (pipelines.length === 0) output.say('no pipelines: pipelines/ holds no .yaml file');
  return EXIT.ok;
}
