import type { OpenedProject, SoundProject } from '../app/project/open-project.ts';
import type { Pipeline } from '../model/pipeline.ts';
import type { Problem } from '../model/problem.ts';
import { ProblemsError } from '../errors.ts';

export interface KeptProject {
  readonly opened: OpenedProject;
  /** Pipelines that are new or written otherwise than before. */
  readonly changed: readonly string[];
}

export interface ProjectReader {
  /**
   * Reads the files again; a pipeline that is broken by now stays as it was when it was last sound.
   *
   * @throws ProblemsError where nothing has ever been sound, and whatever the folder itself is wrong by.
   */
  readonly read: () => Promise<KeptProject>;
}

/** Says what is wrong in the files once, and once when it is mended. */
export function createProjectReader(
  open: () => Promise<SoundProject>,
  say: (line: string) => void,
  sayProblems: (problems: readonly Problem[]) => void,
): ProjectReader {
  let kept: OpenedProject | undefined;
  let told = '';
  const tell = (problems: readonly Problem[], keeps: readonly string[]): void => {
    const text = JSON.stringify(problems.map(({ file, line, message }) => [file, line, message]));
    if (text === told) return;
    if (problems.length === 0 && told !== '') say('the files are sound again');
    told = problems.length === 0 ? '' : text;
    if (problems.length === 0) return;
    sayProblems(problems);
    if (keeps.length > 0) say(`going on with what was read last of ${keeps.join(', ')}`);
  };
  return {
    async read() {
      const { opened, problems } = await soundOrKept(open, kept);
      const errors = problems.filter(({ severity }) => severity === 'error');
      const lost = [...(kept?.pipelines ?? [])].filter(
        ([name, { file }]) => !opened.pipelines.has(name) && errors.some((problem) => isAbout(problem, file)),
      );
      const stay = opened === kept ? [...opened.pipelines.keys()] : lost.map(([name]) => name);
      tell(errors, stay);
      const pipelines = new Map([...opened.pipelines, ...lost]);
      const changed = [...pipelines].flatMap(([name, pipeline]) =>
        isSame(kept?.pipelines.get(name), pipeline) ? [] : [name],
      );
      kept = { ...opened, pipelines };
      return { opened: kept, changed };
    },
  };
}

/** With nothing sound in it at all, a folder that is being written to is waited for. */
async function soundOrKept(
  open: () => Promise<SoundProject>,
  kept: OpenedProject | undefined,
): Promise<SoundProject> {
  try {
    return await open();
  } catch (error) {
    if (!(error instanceof ProblemsError) || kept === undefined || isGone(error)) throw error;
    return { opened: kept, problems: error.problems };
  }
}

const GONE: readonly string[] = ['no-pipelines', 'no-project'];

function isGone({ problems }: ProblemsError): boolean {
  return problems.some(({ code }) => GONE.includes(code));
}

/** A mistake in a file that several use has no pipeline's name: whatever is lost may be lost by it. */
function isAbout({ file }: Problem, own: string): boolean {
  return file === undefined || file === own || !file.startsWith('pipelines/');
}

function isSame(before: Pipeline | undefined, now: Pipeline): boolean {
  return before !== undefined && (before === now || JSON.stringify(before) === JSON.stringify(now));
}
