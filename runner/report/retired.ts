import type { InstanceId } from '../model/partition.ts';
import type { Paint } from './paint.ts';

/** See `app/status/retired.ts`. */
interface ToldRetired {
  readonly instance: InstanceId;
  readonly kind: 'failure' | 'wait';
  readonly reason: string;
  readonly command: string;
}

const SHOWN = 10;

/** Each with the command that clears it, as no run ever will. */
export function retiredLines(retired: readonly ToldRetired[], paint: Paint): readonly string[] {
  const more = retired.length - SHOWN;
  return [
    `${retired.length.toLocaleString('en-US')} retired: what they are of is no more, and no run tries it again`,
    ...retired
      .slice(0, SHOWN)
      .flatMap(({ instance, kind, reason, command }) => [
        `  ${paint.bold(instance)}: the record of a ${kind}; ${reason}`,
        `    ${paint.dim('to take it away:')} ${command}`,
      ]),
    ...(more > 0 ? [`  … and ${more.toLocaleString('en-US')} more: --json lists all`] : []),
  ];
}
