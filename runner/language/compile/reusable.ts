import { boolean, child, members, scalarText, text } from './source/node.ts';
import type { Node } from './source/node.ts';
import { parseFile } from './source/parse.ts';
import { projectPath } from './source/path.ts';
import type { ProblemReport } from './source/problem-report.ts';
import type { Tree } from './source/tree.ts';
import { suggest } from './source/words.ts';
import { reportNoFile } from './source/no-file.ts';
import { setOwn } from '../../model/own.ts';

/** Reads each reusable task once, so that what is wrong in it is told once. */
export type Reusables = (path: string) => Promise<Node | undefined>;

export function createReusables(tree: Tree, report: ProblemReport): Reusables {
  const known = new Map<string, Promise<Node | undefined>>();
  return (path) => {
    const before = known.get(path) ?? parseFile(path, 'reusable', tree, report);
    known.set(path, before);
    return before;
  };
}

/** The file that a task `uses`, where it does and the file is there. */
export async function resolveUses(
  task: Node,
  defaults: Node | undefined,
  reusables: Reusables,
  tree: Tree,
  report: ProblemReport,
): Promise<Node | undefined> {
  const uses = child(task, 'uses') ?? child(defaults, 'uses');
  const written = text(uses);
  if (uses === undefined || written === undefined) {
    const orphan = child(task, 'with');
    if (orphan !== undefined) {
      report.error(
        orphan,
        'task-contradiction',
        '`with` gives inputs to a reusable task, and this task has no `uses`',
        {
          fix: 'Add `uses: ./tasks/<file>.yaml`, or write the values under `env`.',
          at: 'key',
        },
      );
    }
    return undefined;
  }
  const path = projectPath(uses, written, report);
  if (path === undefined) return undefined;
  if ((await tree.kindOf(path)) !== 'file') {
    const fix = "Paths are relative to the project root. Actions of GitHub can't be used here.";
    await reportNoFile(uses, { path, noun: 'reusable task', fix }, tree, report);
    return undefined;
  }
  const file = await reusables(path);
  const nested = child(file, 'uses') ?? child(file, 'with');
  if (nested !== undefined) {
    report.error(nested, 'uses-nested', "a reusable task can't use another one", {
      fix: 'Write its keys out here, or let the pipelines use the other file.',
      at: 'key',
    });
  }
  return file;
}

/** The `inputs` context: what the caller gives under `with`, else each input's default. */
export function compileInputs(
  reusable: Node | undefined,
  uses: Node | undefined,
  given: Node | undefined,
  report: ProblemReport,
): Readonly<Record<string, string>> {
  if (reusable === undefined || uses === undefined) return {};
  const declared = members(child(reusable, 'inputs'));
  const names = declared.map(([name]) => name);
  for (const [name, node] of members(given)) {
    if (names.includes(name)) continue;
    report.error(node, 'input-unknown', `${reusable.document.file} has no input \`${name}\``, {
      fix: suggest(name, names, 'It has no inputs at all.'),
      at: 'key',
    });
  }
  const inputs: Record<string, string> = {};
  for (const [name, declaration] of declared) {
    const value = scalarText(child(given, name)) ?? scalarText(child(declaration, 'default'));
    if (value === undefined && boolean(child(declaration, 'required')) === true) {
      report.error(uses, 'input-missing', `${reusable.document.file} requires the input \`${name}\``, {
        fix: `Give it: with: { ${name}: … }.`,
      });
    }
    setOwn(inputs, name, value ?? '');
  }
  return inputs;
}
