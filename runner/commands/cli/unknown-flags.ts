import { paramFlag, paramName } from '../../model/flags.ts';
import { own } from '../../model/own.ts';
import type { Pipeline } from '../../model/pipeline.ts';
import type { Problem } from '../../model/problem.ts';
import { didYouMean } from '../../language/suggest.ts';
import type { Target } from '../../app/target.ts';

/**
 * `--jsno` may have been meant for a param or for a flag: names what is neither, and leaves it out of the target.
 * What `-p` gives is meant for a param; the plan says if there is none of that name.
 */
export function splitUnknown(
  target: Target,
  pipeline: Pipeline | undefined,
  flags: { readonly param?: readonly string[]; readonly flagNames?: readonly string[] },
): { readonly target: Target; readonly mistakes: readonly Problem[] } {
  const names = pipeline === undefined ? [] : namesOf(pipeline);
  // `--date` is a range of last days: for hours, months and years too.
  const isTimed =
    pipeline === undefined || Object.values(pipeline.params).some((param) => param.kind === 'time');
  const pairs = (flags.param ?? []).map((pair) => pair.split('=')[0]);
  const isKnown = (name: string) =>
    (name === 'date' && isTimed) || names.includes(name) || pairs.includes(name);
  const given = Object.entries(target.params);
  const empty = (target.bare ?? []).filter((name) => isKnown(name) && !isBoolean(pipeline, name));
  const known = [...names.map((name) => `--${name}`), ...(flags.flagNames ?? [])];
  return {
    target: {
      ...target,
      params: Object.fromEntries(given.filter(([name]) => isKnown(name) && !empty.includes(name))),
    },
    mistakes: [
      ...empty.map(missingValue),
      ...given
        .filter(([name]) => !isKnown(name))
        .map(
          ([name]) =>
            ({
              severity: 'error',
              code: 'unknown-flag',
              message:
                pipeline === undefined
                  ? `there is no flag --${name}`
                  : `--${name} is neither a flag nor a param of pipeline ${pipeline.name}`,
              fix: didYouMean(`--${name}`, known, 'flags and params'),
            }) as const,
        ),
    ],
  };
}

/** A boolean one is true where it is only named. */
function isBoolean(pipeline: Pipeline | undefined, name: string): boolean {
  const params = pipeline?.params ?? {};
  const param = own(params, name);
  return param?.kind === 'plain' && param.type === 'boolean';
}

function missingValue(name: string): Problem {
  return {
    severity: 'error',
    code: 'missing-value',
    message: `expected a value after ${paramName(name)}`,
    fix: `write ${paramFlag(name, '<value>')}`,
  };
}

/** Params, and keys of matrices: these pick legs. */
function namesOf(pipeline: Pipeline): readonly string[] {
  const matrixKeys = Object.values(pipeline.tasks).flatMap((task) => task.matrix?.keys ?? []);
  return [...new Set([...Object.keys(pipeline.params), ...matrixKeys])];
}
