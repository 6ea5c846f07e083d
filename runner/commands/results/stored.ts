import { refuseUnknown } from '../../app/refuse-unknown.ts';
import { openStandingLedger } from '../../app/standing-ledger.ts';
import { openStoreSettings } from '../../app/project/open-project.ts';
import type { Problem } from '../../model/problem.ts';
import { ProblemsError, usageError } from '../../errors.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { InstanceId } from '../../model/partition.ts';
import { didYouMean } from '../../language/suggest.ts';
import { askedInstances, oneInstance } from '../../app/instance.ts';
import type { Output } from '../cli/output.ts';
import { planPipeline } from '../../app/planned.ts';
import type { Target } from '../../app/target.ts';
import { appOptions, type CommonFlags } from '../cli/flags.ts';
import { openTyped } from '../cli/typed.ts';
import type { RequestOptions } from '../../app/request.ts';
import { parseTarget } from '../cli/target.ts';

export interface Stored {
  readonly ledger: Ledger;
  readonly ids: readonly InstanceId[];
  /** For an instance that has nothing in the store: an error where the project does not know its task either. */
  readonly refuseUnknown: (id: InstanceId) => Promise<void>;
}

/**
 * The instances that the words ask for, for commands that read the store. One that is named whole is taken as it is
 * written, and no pipeline is read for it: what an older version made, or one that is broken now, can still be read.
 * Others come from a plan.
 */
export async function storedInstances(
  words: readonly string[],
  flags: CommonFlags & RequestOptions,
  output: Output,
  expected: 'one' | 'any',
): Promise<Stored> {
  const target = parseTarget(words, flags.param);
  if (target.instance === undefined) {
    const asked = await openTyped(words, flags, output);
    const planned = await planPipeline(asked, { ...flags, ledger: openStandingLedger });
    const found = expected === 'one' ? [oneInstance(planned)] : askedInstances(planned);
    return {
      ledger: planned.ledger,
      ids: found.map((instance) => instance.id),
      refuseUnknown: () => Promise.resolve(),
    };
  }
  refuseMore(target);
  refuseFlags(target, flags);
  const options = appOptions(flags, output, target.file);
  const ledger = await openStandingLedger(await openStoreSettings(options), options);
  return { ledger, ids: [target.instance], refuseUnknown: (id) => refuseUnknown(id, ledger, options) };
}

/** What stands in its name may be said again, and a long value only so. */
function refuseFlags({ params, keys, hashed = {} }: Target, { flagNames = [] }: CommonFlags): void {
  const known = [...Object.keys(keys), ...Object.keys(hashed)];
  const mistakes = Object.keys(params)
    .filter((name) => !known.includes(name))
    .map((name): Problem => ({
      severity: 'error',
      code: 'unknown-flag',
      message: `there is no flag --${name}`,
      fix: didYouMean(`--${name}`, flagNames, 'flags'),
    }));
  if (mistakes.length > 0) throw new ProblemsError(mistakes);
}

function refuseMore({ tasks, instance }: Target): void {
  const [, more] = tasks;
  if (more === undefined) return;
  throw usageError(
    'too-many-words',
    `expected nothing after ${instance}, found "${more}"`,
    'name several by task and --date a..b',
  );
}
