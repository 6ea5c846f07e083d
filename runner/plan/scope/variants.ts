import { encodeValue, keyText } from '../../model/partition.ts';
import { UNKNOWN_LEG } from '../../model/matrix-legs.ts';
import type { MatrixLeg, Scalar, Task } from '../../model/pipeline.ts';
import type { LegsOf, TaskTable, Variant } from './tables.ts';
import { typed, type PlainParam } from '../request/typed-value.ts';
import { own, setOwn } from '../../model/own.ts';

/** The variants with these key values; keys that are not named take all their values. */
export function variantsOf(table: TaskTable, fixed: Readonly<Record<string, string>>): readonly Variant[] {
  let cacheKey = '';
  for (const name of table.task.keys) {
    const value = own(fixed, name);
    if (value !== undefined) cacheKey += `${name}=${value}\0`;
  }
  let variants = table.variants.get(cacheKey);
  if (variants === undefined) {
    variants = buildVariants(table, fixed);
    table.variants.set(cacheKey, variants);
  }
  return variants;
}

function buildVariants(table: TaskTable, fixed: Readonly<Record<string, string>>): readonly Variant[] {
  const { pipeline, task } = table;
  let combinations: Readonly<Record<string, Scalar>>[] = [{}];
  for (const name of task.keys) {
    const param = own(pipeline.params, name);
    if (param?.kind !== 'plain') continue;
    const values = valuesOf(param, own(fixed, name));
    combinations = combinations.flatMap((known) => values.map((value) => ({ ...known, [name]: value })));
  }
  return combinations.flatMap((params) =>
    legsOf(task, fixed).map((leg) => buildVariant(table, params, leg.matrix, leg.placeholder)),
  );
}

/** One leg of a placeholder. */
export function legOf(table: TaskTable, placeholder: Variant, leg: MatrixLeg): Variant {
  return buildVariant(table, placeholder.params, leg, false);
}

/** The legs that a placeholder stands for: a key that was fixed has that value. */
export function legsBehind(
  { matrix }: Variant,
  { legs, byName }: Extract<LegsOf, { kind: 'known' }>,
): readonly MatrixLeg[] {
  const fixed = Object.entries(matrix).filter(([, value]) => value !== UNKNOWN_LEG);
  if (fixed.length === 0) return legs;
  if (fixed.length === Object.keys(matrix).length) {
    const leg = byName.get(legName(matrix));
    return leg === undefined ? [] : [leg];
  }
  return legs.filter((leg) =>
    fixed.every(([name, wanted]) => {
      const value = own(leg, name);
      return value !== undefined && keyText(value) === keyText(wanted);
    }),
  );
}

/** One name a leg, its keys in the matrix's order. */
export function legName(leg: MatrixLeg): string {
  return Object.values(leg).map(keyText).join('\0');
}

function buildVariant(
  table: TaskTable,
  params: Readonly<Record<string, Scalar>>,
  matrix: MatrixLeg,
  placeholder: boolean,
): Variant {
  const { task } = table;
  const keys: Record<string, string> = {};
  for (const name of task.keys) {
    const value = own(params, name) ?? own(matrix, name);
    if (name !== task.timeKey && value !== undefined) setOwn(keys, name, keyText(value));
  }
  const text = Object.entries(keys)
    .map(([name, value]) => `${name}=${encodeValue(value)}`)
    .join('/');
  // One whose keys are all named has the text of its leg.
  const name = placeholder ? `${text}\0` : text;
  let variant = table.variantsByText.get(name);
  if (variant === undefined) {
    variant = { text, keys, params, matrix, placeholder, instances: new Map() };
    table.variantsByText.set(name, variant);
  }
  return variant;
}

interface Leg {
  readonly matrix: MatrixLeg;
  readonly placeholder: boolean;
}

function legsOf(task: Task, fixed: Readonly<Record<string, string>>): readonly Leg[] {
  const { matrix } = task;
  if (matrix === undefined) return [{ matrix: {}, placeholder: false }];
  switch (matrix.kind) {
    case 'dynamic':
      return [
        {
          matrix: Object.fromEntries(matrix.keys.map((name) => [name, own(fixed, name) ?? UNKNOWN_LEG])),
          placeholder: true,
        },
      ];
    case 'static':
      return matrix.legs
        .filter((leg) =>
          matrix.keys.every((name) => {
            const wanted = own(fixed, name);
            const value = own(leg, name);
            return wanted === undefined || (value !== undefined && keyText(value) === wanted);
          }),
        )
        .map((leg) => ({ matrix: leg, placeholder: false }));
  }
}

/** The values a key can take: the one that is asked for, else every one that its type spells out. */
function valuesOf(param: PlainParam, fixed: string | undefined): readonly Scalar[] {
  if (fixed !== undefined) {
    const value = typed(param, fixed);
    return value === undefined ? [] : [value];
  }
  switch (param.type) {
    case 'choice':
      return param.options ?? [];
    case 'boolean':
      return [false, true];
    case 'string':
    case 'number':
      return param.default === undefined ? [] : [param.default];
  }
}
