import type { External } from '../../../model/pipeline.ts';
import { child, text } from '../source/node.ts';
import type { Node } from '../source/node.ts';
import type { ProblemReport } from '../source/problem-report.ts';

/** What somebody else makes, by its address. One that begins with an expression is looked at when it is known. */
export function compileExternal(node: Node | undefined, report: ProblemReport): External | undefined {
  const object = addressIn(node, 'object', BUCKET, report);
  if (object !== undefined) return { kind: 'object', uri: object };
  const url = addressIn(node, 'url', WEB, report);
  if (url !== undefined) return { kind: 'url', url };
  const prefix = addressIn(node, 'prefix', BUCKET, report);
  const doneFlag = text(child(node, 'done-flag'));
  return prefix === undefined || doneFlag === undefined
    ? undefined
    : { kind: 'prefix', uri: prefix, doneFlag };
}

interface Address {
  readonly pattern: RegExp;
  readonly expected: string;
}

const BUCKET: Address = { pattern: /^s3:\/\/[^/?#]+/, expected: 's3://bucket/path' };
const WEB: Address = { pattern: /^https?:\/\/[^/?#]+/, expected: 'https://… or http://…' };

function addressIn(
  node: Node | undefined,
  key: string,
  { pattern, expected }: Address,
  report: ProblemReport,
): string | undefined {
  const at = child(node, key);
  const address = text(at);
  if (at === undefined || address === undefined || address.startsWith('${{') || pattern.test(address))
    return address;
  report.error(at, 'external-address', `expected ${expected}, found "${address}"`, {
    fix: 'Name where it is; let a task of your own fetch what is elsewhere.',
  });
  return address;
}
