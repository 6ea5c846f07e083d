import { openPipeline, type AskedPipeline } from '../../app/asked-pipeline.ts';
import type { Problem } from '../../model/problem.ts';
import { appOptions, type CommonFlags } from './flags.ts';
import { framing, type Output } from './output.ts';
import { parseTarget } from './target.ts';
import { splitUnknown } from './unknown-flags.ts';

/** The pipeline that the words and flags of a command name, with what is wrong in them. */
export async function openTyped(
  words: readonly string[],
  flags: CommonFlags,
  output: Output,
): Promise<AskedPipeline> {
  const target = parseTarget(words, flags.param);
  const asked = await openPipeline(appOptions(flags, output), target);
  // What nothing acts upon yet `check` tells: a run would say it each time.
  const warnings = asked.opened.warnings.filter(({ code }) => code !== 'not-carried-out');
  await sayWarnings(warnings, output);
  return { ...asked, ...splitUnknown(asked.target, asked.pipeline, flags) };
}

export async function sayWarnings(warnings: readonly Problem[], output: Output): Promise<void> {
  if (warnings.length === 0) return;
  const { formatProblems } = await import('../../report/frame.ts');
  output.warn(formatProblems(warnings, framing(output)).split('\n'));
}
