/** How a param is given on the command line: `--top 20`, or `-p limit=3` where sluice has a flag of that name. */
export function paramFlag(name: string, value: string): string {
  return paramWords(name, value).join(' ');
}

/** The same as words, each to be quoted for a shell. */
export function paramWords(name: string, value: string): readonly string[] {
  return FLAGS.includes(name) ? ['-p', `${name}=${value}`] : [`--${name}`, value];
}

/** How a param is called where its value is left out or follows in words: `--top`, or `-p limit`. */
export function paramName(name: string): string {
  return FLAGS.includes(name) ? `-p ${name}` : `--${name}`;
}

/**
 * Long flags of the command line. A param of such a name can only be given by `-p`, which `check` warns of; a test
 * holds this list to the commands.
 */
export const FLAGS: readonly string[] = [
  'adopt',
  'again',
  'all',
  'attempt',
  'by',
  'canary',
  'color',
  'concurrency',
  'debug',
  'deep',
  'downstream',
  'dry-run',
  'engine',
  'env-file',
  'exec',
  'fix',
  'force',
  'from',
  'grace-hours',
  'graph',
  'help',
  'into',
  'json',
  'keep',
  'last',
  'limit',
  'listen',
  'log-format',
  'logs',
  'lookback-days',
  'max-failures',
  'next',
  'no-color',
  'now',
  'only',
  'order',
  'out',
  'param',
  'plan',
  'project',
  'reason',
  'rebuild',
  'resume',
  'run',
  'runs',
  'shard',
  'store',
  'to',
  'uris',
  'value',
  'version',
];
