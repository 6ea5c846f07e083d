import { choice, list, oneOf } from './shape/combinators.ts';

// `all` as a default would make everything anew at every run, for ever: it is given where it is meant.
const word = choice('missing', 'failed', 'stale');

/** `rebuild:` of a pipeline and of `sluice.yaml`. */
export const rebuildDefault = oneOf(word, list(word, 1));

export const REBUILD_DEFAULT =
  'What `plan` and `run` do where neither `--rebuild` nor `--only` is given, beside what is missing or failed: `stale` compares scripts, settings and what is read, and makes anew what differs.';
