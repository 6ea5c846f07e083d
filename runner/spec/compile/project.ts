import type { Project } from '../../model/pipeline.ts';
import { DEFAULTS } from '../schema/defaults.ts';
import { child, members, number, text } from './node.ts';
import type { Node } from './node.ts';
import { parseFile } from './parse.ts';
import type { Report } from './report.ts';
import type { Tree } from './tree.ts';

export const PROJECT_FILE = 'sluice.yaml';

/** The project's settings; all of them have defaults, so the file need not exist. */
export async function compileProject(root: string, tree: Tree, report: Report): Promise<Project> {
  const exists = (await tree.kindOf(PROJECT_FILE)) === 'file';
  const node = exists ? await parseFile(PROJECT_FILE, 'project', tree, report) : undefined;
  const host = text(child(node, 'engine')) ?? text(child(child(node, 'engine'), 'host'));
  return {
    root,
    store: text(child(node, 'store')) ?? DEFAULTS.store,
    engine: host === undefined ? {} : { host },
    pools: compileSizes(child(node, 'pools')),
    concurrency: number(child(node, 'concurrency')) ?? DEFAULTS.concurrency,
    notify: child(node, 'notify')?.value,
  };
}

function compileSizes(node: Node | undefined): Readonly<Record<string, number>> {
  const sizes = members(node).flatMap(([name, value]) => {
    const size = number(value);
    return size === undefined ? [] : [[name, size] as const];
  });
  return Object.fromEntries(sizes);
}
