import { ProblemsError, usageError } from '../../errors.ts';
import { own, setOwn } from '../../model/own.ts';
import { createOutputCheck } from '../../model/outputs/outputs.ts';
import type { Task } from '../../model/pipeline.ts';
import type { Problem } from '../../model/problem.ts';
import type { EvaluatedOutput } from '../../run/attempt/evaluate.ts';
import type { LocalFile } from './local-files.ts';

/** A file that is to be stored. */
export interface GivenFile {
  readonly path: string;
  readonly from: string;
  readonly sizeBytes: number;
  readonly executable: boolean;
}

/**
 * What of the given files is stored: all of them have to be declared, and all that is declared given, as with a task.
 *
 * @throws ProblemsError with all that is wrong.
 */
export function checkFiles(
  files: readonly LocalFile[],
  outputs: readonly EvaluatedOutput[],
): readonly GivenFile[] {
  const check = createOutputCheck(outputs);
  const problems: Problem[] = [];
  const refuse = (code: string, message: string, fix: string): void =>
    void problems.push({ severity: 'error', code, message, fix });
  const given = new Map<string, GivenFile>();
  const froms = new Map<string, LocalFile>();
  for (const file of files) {
    froms.set(file.entry.path, file);
    const verdict = check.entry(file.entry);
    if (verdict.kind === 'refuse') refuse(verdict.cause.kind, verdict.cause.message, FIX);
    if (verdict.kind === 'store') given.set(verdict.path, givenFile(verdict.path, file));
  }
  const declared = outputs.map(({ pattern }) => pattern).join(', ');
  for (const path of check.undeclared()) {
    const [first = ''] = outputs.map(({ pattern }) => pattern);
    refuse(
      'undeclared-output',
      `expected the declared outputs ${declared === '' ? '(none)' : declared}, found ${path}`,
      outputs.length === 0
        ? 'give values by --value name=text'
        : `name it as it is declared: ${first}=<file>`,
    );
  }
  const outcome = check.finish();
  if (outcome.kind === 'refuse') refuse(outcome.cause.kind, outcome.cause.message, FIX);
  if (problems.length > 0) throw new ProblemsError(problems);
  if (outcome.kind === 'complete') {
    for (const { path, from } of outcome.copies) {
      const source = froms.get(from);
      if (source !== undefined) given.set(path, givenFile(path, source));
    }
  }
  return [...given.values()];
}

const FIX = 'give all that the task declares, as it declares it';

function givenFile(path: string, { entry, from }: LocalFile): GivenFile {
  return { path, from, sizeBytes: entry.sizeBytes, executable: entry.executable === true };
}

/** `name=text` for each value that is declared, once. */
export function checkValues(pairs: readonly string[], task: Task): Readonly<Record<string, string>> {
  const declared = task.outputs.flatMap((output) => (output.kind === 'value' ? [output.name] : []));
  const values: Record<string, string> = {};
  for (const pair of pairs) {
    const equals = pair.indexOf('=');
    if (equals < 1)
      throw usageError(
        'bad-value',
        `expected name=text for --value, found "${pair}"`,
        'write --value rows=7',
      );
    const name = pair.slice(0, equals);
    if (!declared.includes(name)) {
      const known = declared.length === 0 ? 'it declares none' : `it declares ${declared.join(', ')}`;
      throw usageError('undeclared-output', `${task.name} declares no value \`${name}\``, known);
    }
    if (own(values, name) !== undefined)
      throw usageError('given-twice', `--value ${name} is given twice`, 'leave one of them out');
    setOwn(values, name, pair.slice(equals + 1));
  }
  const absent = declared.filter((name) => own(values, name) === undefined);
  if (absent.length > 0)
    throw usageError(
      'output-missing',
      `expected a value for ${absent.join(', ')}, which ${task.name} declares`,
      `give ${absent.map((name) => `--value ${name}=<text>`).join(' ')}`,
    );
  return values;
}
