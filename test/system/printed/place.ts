import { openShell, type Shell } from './shell.ts';

/** From where the same is typed: what leads to the project, its store and its pipeline differs. */
export interface Place {
  readonly name: string;
  /** `lone` is the pipeline; further files stand beside it. */
  readonly open: (pipeline: string, files?: Readonly<Record<string, string>>) => Shell;
  /** The whole line for a command. Words that are tasks or instances come as they are. */
  readonly line: (command: string, ...words: readonly string[]) => string;
  /** From the folder of the shell. */
  readonly pipelineFile: string;
  readonly store: string;
}

export const inTheProject: Place = {
  name: 'in the project',
  open: (pipeline, files = {}) => openShell({ ...files, 'pipelines/lone.yaml': `name: lone\n${pipeline}` }),
  line: (command, ...words) => `sluice ${command} ${afterPipeline(command, 'lone', words)}`.trim(),
  pipelineFile: 'pipelines/lone.yaml',
  store: '.sluice/store',
};

export const fromElsewhere: Place = {
  name: 'from elsewhere',
  open: (pipeline, files = {}) =>
    openShell(
      {
        ...Object.fromEntries(Object.entries(files).map(([path, text]) => [`the project/${path}`, text])),
        'the project/pipelines/lone.yaml': `name: lone\n${pipeline}`,
      },
      'else where/below',
    ),
  line: (command, ...words) =>
    `sluice ${command} ${afterPipeline(command, 'lone', words)} --project '../../the project' --store '../a store'`,
  pipelineFile: 'the project/pipelines/lone.yaml',
  // Beside the folder it is typed in, and not beside the project.
  store: 'else where/a store',
};

export const byFile: Place = {
  name: 'by file',
  open: (pipeline, files = {}) =>
    openShell({
      ...Object.fromEntries(Object.entries(files).map(([path, text]) => [`sub/${path}`, text])),
      'sub/lone.yaml': `name: lone\n${pipeline}`,
    }),
  line: (command, ...words) =>
    isOfStore(command)
      ? `sluice ${command} --project ./sub ${words.join(' ')}`.trim()
      : `sluice ${command} ./sub/lone.yaml ${words.join(' ')}`.trim(),
  pipelineFile: 'sub/lone.yaml',
  store: 'sub/.sluice/store',
};

export const everywhere: readonly Place[] = [inTheProject, fromElsewhere, byFile];

function afterPipeline(command: string, pipeline: string, words: readonly string[]): string {
  const [first = ''] = words;
  return (isOfStore(command) || first.includes('/') ? words : [pipeline, ...words]).join(' ');
}

function isOfStore(command: string): boolean {
  return /^(?:store|gc|doctor)/.test(command);
}
