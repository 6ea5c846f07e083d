import { readNumber } from '../../model/exact-number.ts';
import { keyText } from '../../model/partition.ts';
import type { Param, Scalar } from '../../model/pipeline.ts';

export type PlainParam = Extract<Param, { kind: 'plain' }>;

/** A value as its param's type; undefined for one that is none of it. */
export function typed(param: PlainParam, value: Scalar | undefined): Scalar | undefined {
  if (value === undefined) return undefined;
  switch (param.type) {
    case 'string':
      return keyText(value);
    case 'choice':
      return param.options?.includes(keyText(value)) === true ? keyText(value) : undefined;
    case 'number': {
      const number = readNumber(keyText(value));
      return typeof value !== 'boolean' && number.kind === 'exact' ? number.value : undefined;
    }
    case 'boolean':
      return typeof value === 'boolean'
        ? value
        : value === 'true'
          ? true
          : value === 'false'
            ? false
            : undefined;
  }
}
