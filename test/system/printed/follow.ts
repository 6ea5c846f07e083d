import { existsSync } from 'node:fs';
import { recordKeys, readRecord } from '../store-files.ts';
import type { Place } from './place.ts';
import type { Said, Shell } from './shell.ts';

export interface Situation {
  readonly place: Place;
  readonly shell: Shell;
  /** What `repro --exec` ends with: as the task did. */
  readonly repeats?: number;
  /** Undoes the cause; commands that make something are typed after it. */
  readonly mend?: () => unknown;
  /** Of those commands, where it is not 0. */
  readonly endsWith?: number;
}

/** A command that did not do what was said of it. */
export interface Untrue {
  readonly typed: string;
  readonly told: string;
  readonly why: string;
  readonly got: string;
}

/** Types all that was told, each where it was told; what makes something last, when the cause is mended. */
export async function follow(situation: Situation, told: readonly Said[]): Promise<readonly Untrue[]> {
  const { shell, mend } = situation;
  const origins = new Map<string, Said>();
  for (const said of told)
    for (const command of said.commands) if (!origins.has(command)) origins.set(command, said);
  const untrue: Untrue[] = [];
  const judge = async (typed: string, told: Said, isTrue: Judge): Promise<void> => {
    const before = madeIn(situation);
    const said = await shell.type(typed);
    const why = isTrue(said, before, madeIn(situation));
    if (why !== undefined) untrue.push({ typed, told: told.line, why, got: said.text });
  };
  const [making, reading] = split([...origins], ([command]) => MAKES.test(command));
  for (const [command, said] of reading) {
    said.restore();
    await judge(command, said, readingJudge(command, situation));
  }
  for (const [command, said] of making) {
    said.restore();
    await mend?.();
    await judge(command, said, makingJudge(command, situation));
  }
  return untrue;
}

type Made = ReadonlyMap<string, string>;
/** Undefined where the command did what was said. */
type Judge = (said: Said, before: Made, after: Made) => string | undefined;

const MAKES = /\bsluice run\b/;

function readingJudge(command: string, { repeats }: Situation): Judge {
  return ({ status, text }) => {
    if (command.startsWith('sluice repro')) {
      const wanted = command.includes('--exec') ? (repeats ?? 0) : 0;
      return status === wanted ? undefined : `expected ${wanted}, ended with ${status}`;
    }
    if (command.startsWith('sluice logs'))
      return status === 0 && text !== '' ? undefined : `no log, nor why there is none (${status})`;
    if (command.startsWith('sluice get')) return status === 0 ? undefined : `ended with ${status}`;
    return status === 2 && text.includes('error[') ? 'is refused' : undefined;
  };
}

function makingJudge(command: string, { endsWith = 0 }: Situation): Judge {
  return ({ status, text }, before, after) => {
    if (status !== endsWith) return `expected ${endsWith}, ended with ${status}`;
    if (text.includes('nothing to do')) return 'there was nothing to do';
    const [id] = /\blone\/[\w-]+\/\S+/.exec(command) ?? [];
    const changed = [...after].filter(([key, value]) => before.get(key) !== value).map(([key]) => key);
    const hasMade = id === undefined ? changed.length > 0 : changed.some((key) => key.endsWith(`${id}.json`));
    return hasMade || text.includes('published') ? undefined : `made nothing of ${id ?? 'anything'}`;
  };
}

/** The attempt behind each result. */
function madeIn({ place, shell }: Situation): Made {
  const root = shell.path(place.store);
  if (!existsSync(root)) return new Map();
  return new Map(
    recordKeys(root, 'manifests/').map((key) => [key, JSON.stringify(readRecord(root, key) ?? null)]),
  );
}

function split<T>(all: readonly T[], isFirst: (one: T) => boolean): readonly [readonly T[], readonly T[]] {
  return [all.filter(isFirst), all.filter((one) => !isFirst(one))];
}
