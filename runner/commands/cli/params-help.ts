import type { Command } from 'commander';
import { openPipeline } from '../../app/asked-pipeline.ts';
import { paramFlag } from '../../model/flags.ts';
import type { Param, Pipeline } from '../../model/pipeline.ts';
import { appOptions } from './flags.ts';
import { isPipelineFile } from './target.ts';

/** `sluice run short-score --help` shows that pipeline's params too. Where it cannot be read, the help is what it is. */
export async function addParamsHelp(command: Command | undefined, words: readonly string[]): Promise<void> {
  const takesParams = command?.options.some(({ long }) => long === '--param') === true;
  if (command === undefined || !takesParams || !words.some((word) => word === '--help' || word === '-h'))
    return;
  const [named] = words.slice(1).filter((word) => !word.startsWith('-'));
  if (named === undefined) return;
  const at = words.indexOf('--project');
  const project =
    at < 0 ? words.find((word) => word.startsWith('--project='))?.slice('--project='.length) : words[at + 1];
  const [pipeline = ''] = named.split('/');
  const options = appOptions(project === undefined ? {} : { project }, { warn: () => undefined });
  const asked = await openPipeline(options, isPipelineFile(named) ? { file: named } : { pipeline }).catch(
    () => undefined,
  );
  if (asked !== undefined) command.addHelpText('after', describeParams(asked.pipeline));
}

function describeParams({ name, params }: Pipeline): string {
  const rows = Object.values(params).map(
    (param) => [paramFlag(param.name, `<${wordOf(param)}>`), about(param)] as const,
  );
  if (rows.length === 0) return `\nPipeline ${name} has no params.`;
  const width = Math.max(...rows.map(([flag]) => flag.length));
  return `\nParams of ${name}:\n${rows.map(([flag, text]) => `  ${flag.padEnd(width)}  ${text}`.trimEnd()).join('\n')}`;
}

function wordOf(param: Param): string {
  return param.kind === 'plain' && param.type === 'choice'
    ? (param.options?.join('|') ?? 'choice')
    : param.type;
}

function about(param: Param): string {
  const { description } = param;
  const facts = factsOf(param).join(', ');
  if (description === undefined || facts === '') return description ?? facts;
  return `${description} (${facts})`;
}

function factsOf(param: Param): readonly string[] {
  if (param.kind === 'time') return ['key', ...(param.start === undefined ? [] : [`from ${param.start}`])];
  return [
    ...(param.key ? ['key'] : []),
    ...(param.default === undefined ? [] : [`default ${String(param.default)}`]),
  ];
}
