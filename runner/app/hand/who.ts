import { usageError } from '../../errors.ts';

/** Where a person's name may stand; the first that says one counts. */
export interface Surroundings {
  /** `--by` */
  readonly by?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** `user.name` of git. */
  readonly gitName?: string | undefined;
  /** The name of the account on this machine. */
  readonly login?: string | undefined;
}

/** Longer than a name is. */
const MAX_LENGTH = 200;

/** Who does something by hand: as `--by` says, else `SLUICE_BY`, `GITHUB_ACTOR`, git's name, the login. */
export function whoOf({ by, env, gitName, login }: Surroundings): string {
  const said = [by, env['SLUICE_BY'], env['GITHUB_ACTOR'], gitName, login].map((text) =>
    onOneLine(text ?? ''),
  );
  const who = said.find((text) => text !== '');
  if (who === undefined)
    throw usageError('nobody', 'nobody says who does this', 'give --by <name>, or set SLUICE_BY');
  if (who.length > MAX_LENGTH)
    throw usageError(
      'bad-name',
      `expected a name of at most ${MAX_LENGTH} characters, found one of ${who.length}`,
      'give a shorter one: --by <name>',
    );
  return who;
}

const MAX_REASON = 1000;

/** Why, as it is recorded; undefined where nothing is said. */
export function reasonOf(text: string | undefined): string | undefined {
  const reason = onOneLine(text ?? '');
  if (reason.length > MAX_REASON)
    throw usageError(
      'bad-reason',
      `expected a reason of at most ${MAX_REASON} characters, found one of ${reason.length}`,
      'say it shorter',
    );
  return reason === '' ? undefined : reason;
}

/** It stands in lines of a table, and in messages. */
function onOneLine(text: string): string {
  return text.replaceAll(/[\s\p{Cc}]+/gu, ' ').trim();
}
