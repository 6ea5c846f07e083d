import type { Problem } from '../../model/problem.ts';

export function problem(code: string, message: string, fix?: string): Problem {
  return { severity: 'error', code, message, ...(fix !== undefined && { fix }) };
}

export function addOnce(problems: Problem[], added: Problem): void {
  if (!problems.some((known) => known.message === added.message)) problems.push(added);
}
