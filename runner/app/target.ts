import { usageError } from '../errors.ts';
import { parseInstanceId, type InstanceId } from '../model/partition.ts';

/** What is asked for, in a person's words: checked against the pipeline by the request that is made of it. */
export interface Target {
  /** A pipeline file, as typed. */
  readonly file?: string;
  readonly pipeline?: string;
  readonly tasks: readonly string[];
  /** An instance that is named whole. */
  readonly instance?: InstanceId;
  /** Its keys and matrix values, in canonical text. */
  readonly keys: Readonly<Record<string, string>>;
  /** Those of its keys whose value is too long for a name, as they stand in it. */
  readonly hashed?: Readonly<Record<string, string>>;
  /** Params by name, as typed. */
  readonly params: Readonly<Record<string, string>>;
  /** Those of them that were typed without a value, which only says something of a boolean one: `true`. */
  readonly bare?: readonly string[];
}

/**
 * The target that names one instance whole: `short-score/prices/date=2021-01-29`.
 *
 * @throws ProblemsError for what is not an instance's name.
 */
export function targetOf(instance: InstanceId): Target {
  const [pipeline = '', task = ''] = instance.split('/');
  const { keys, hashed } = keysOf(instance);
  const target = { pipeline, tasks: [task], instance, keys, params: {} };
  return Object.keys(hashed).length === 0 ? target : { ...target, hashed };
}

function keysOf(instance: InstanceId): Pick<Target, 'keys'> & Required<Pick<Target, 'hashed'>> {
  try {
    const { keys } = parseInstanceId(instance);
    const some = (isHashed: boolean): Readonly<Record<string, string>> =>
      Object.fromEntries(
        keys.filter((key) => (key.hashed ?? false) === isHashed).map(({ name, value }) => [name, value]),
      );
    return { keys: some(false), hashed: some(true) };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw usageError(
      'bad-instance',
      `${instance} is not the name of an instance: ${error.message}`,
      'write it as sluice shows it: pipeline/task/key=value, or pipeline/task/_ without keys',
    );
  }
}
