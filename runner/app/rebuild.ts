import { isRunId } from '../model/run-id.ts';
import type { RebuildWord } from '../model/pipeline.ts';
import type { Rebuild } from '../model/plan.ts';
import { usageError } from '../errors.ts';
import { didYouMean } from '../language/suggest.ts';

export interface RebuildOptions {
  readonly rebuild?: string;
  readonly only?: string;
  /** The run whose `--rebuild all` goes on. */
  readonly resume?: string;
}

/**
 * `--rebuild stale` adds to what a run does anyway, missing and failed; `--only stale` does just that. Without either,
 * what the pipeline or the project says is added.
 */
export function parseRebuild(flags: RebuildOptions, byDefault: readonly RebuildWord[] = []): Rebuild {
  const { rebuild, only, resume } = flags;
  if (only !== undefined) {
    if (rebuild !== undefined)
      throw usageError(
        'bad-rebuild',
        '--rebuild adds to missing and failed, --only does just what it lists: both together contradict',
        'give one of them',
      );
    refuseResume(resume, false);
    return rebuildOf(wordsOf('--only', only, ONLY));
  }
  const added = rebuild === undefined ? byDefault : wordsOf('--rebuild', rebuild, REBUILD);
  refuseResume(resume, added.includes('all'));
  return {
    ...rebuildOf(['missing', 'failed', ...added]),
    ...(resume === undefined ? {} : { since: resume }),
  };
}

const ONLY: readonly RebuildWord[] = ['missing', 'failed', 'stale'];
const REBUILD: readonly RebuildWord[] = [...ONLY, 'all'];

function wordsOf(flag: string, text: string, known: readonly RebuildWord[]): readonly RebuildWord[] {
  return text.split(',').map((written) => {
    const word = known.find((one) => one === written.trim());
    if (word !== undefined) return word;
    throw usageError(
      'bad-rebuild',
      `expected a list of ${known.join(', ')} for ${flag}, found "${written.trim()}"`,
      flag === '--only' && written.trim() === 'all'
        ? 'write --rebuild all'
        : didYouMean(written.trim(), known, 'words'),
    );
  });
}

function rebuildOf(words: readonly RebuildWord[]): Rebuild {
  return {
    missing: words.includes('missing'),
    failed: words.includes('failed'),
    stale: words.includes('stale'),
    all: words.includes('all'),
  };
}

function refuseResume(run: string | undefined, isAll: boolean): void {
  if (run === undefined) return;
  if (!isAll)
    throw usageError(
      'bad-resume',
      '--resume goes on with a run that had --rebuild all; whatever else was stopped goes on by itself',
      'give --rebuild all too, or leave --resume out',
    );
  if (!isRunId(run))
    throw usageError(
      'bad-resume',
      `expected the id of a run for --resume, found "${run}"`,
      'see `sluice status`',
    );
}
