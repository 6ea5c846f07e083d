import { posix } from 'node:path';
import type { Output, Publish } from '../../../model/pipeline.ts';
import { splitTemplate } from '../../expression/template.ts';
import { boolean, child, text } from '../source/node.ts';
import type { Node } from '../source/node.ts';
import type { ProblemReport } from '../source/problem-report.ts';

/** An output with where it is written, for what is checked between tasks. */
export interface LocatedOutput {
  readonly output: Output;
  readonly node: Node;
}

/** `outputs:` as paths and values, each once. */
export function compileOutputs(nodes: readonly Node[], report: ProblemReport): readonly LocatedOutput[] {
  const seen = new Set<string>();
  return nodes.flatMap((node) => {
    const output = compileOutput(node, report);
    if (output === undefined) return [];
    const identity = output.kind === 'path' ? `path ${output.path}` : `value ${output.name}`;
    if (seen.has(identity)) {
      report.error(
        node,
        'output-duplicate',
        `the output ${output.kind === 'path' ? output.path : output.name} is declared twice`,
        {
          fix: 'Remove one.',
        },
      );
      return [];
    }
    seen.add(identity);
    return [{ output, node }];
  });
}

function compileOutput(node: Node, report: ProblemReport): Output | undefined {
  const name = text(child(node, 'value'));
  if (name !== undefined) return { kind: 'value', name };
  const written = text(node) ?? text(child(node, 'path'));
  if (written === undefined) return undefined;
  const path = normalize(written);
  if (path === '') {
    report.error(node, 'output-invalid', `expected a path below /outputs, found ${written}`, {
      fix: 'Write ** for everything that is there.',
    });
    return undefined;
  }
  const publish = compilePublish(child(node, 'publish'), path, report);
  return {
    kind: 'path',
    path,
    allowEmpty: boolean(child(node, 'allow-empty')) ?? false,
    ...(publish === undefined ? {} : { publish }),
  };
}

function compilePublish(node: Node | undefined, output: string, report: ProblemReport): Publish | undefined {
  const written = text(node) ?? text(child(node, 'path'));
  if (node === undefined || written === undefined) return undefined;
  const path = normalize(written);
  if (path === '') {
    report.error(node, 'output-invalid', `expected a path below published/, found ${written}`, {
      fix: `Write ${posix.basename(output)}.`,
    });
    return undefined;
  }
  const several = output.endsWith('/') || /[*?[{]/.test(textsOf(output));
  if (several && !path.endsWith('/')) {
    report.error(
      node,
      'output-invalid',
      `${output} may be several files, and ${written} is the path of one`,
      {
        fix: `Publish them into a folder: ${written}/.`,
      },
    );
  }
  return { path, newest: boolean(child(node, 'newest')) ?? false };
}

/** What stands around the expressions. */
function textsOf(template: string): string {
  const split = splitTemplate(template);
  if (!split.ok) return template;
  return split.parts.map((part) => (part.kind === 'text' ? part.text : '')).join('');
}

/** One spelling for one path; a trailing `/` (all below) stays. An expression is left as it is. */
function normalize(written: string): string {
  const path = written.includes('${{') ? written.replace(/^(\.\/)+/, '') : posix.normalize(written);
  return path === '.' || path === './' ? '' : path;
}

/** Names of the values that a task's `outputs` declare. */
export function declaredValues(outputs: readonly Output[]): readonly string[] {
  return outputs.flatMap((output) => (output.kind === 'value' ? [output.name] : []));
}
