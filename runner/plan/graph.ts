import type { Plan, PlannedInstance } from '../model/plan.ts';
import { STATES, type State } from '../model/state.ts';

/** The plan as a Mermaid flowchart: a node a task with its counts by state, an edge a need. */
export function mermaid(plan: Plan): string {
  const tasks = new Map<string, TaskNode>();
  const edges = new Set<string>();
  const nodeOf = (pipeline: string, task: string): TaskNode => {
    const name = pipeline === plan.pipeline ? task : `${pipeline}/${task}`;
    let node = tasks.get(name);
    if (node === undefined) {
      node = { id: `t${tasks.size}`, name, foreign: pipeline !== plan.pipeline, counts: new Map() };
      tasks.set(name, node);
    }
    return node;
  };
  for (const instance of plan.instances) {
    const node = nodeOf(instance.pipeline, instance.task);
    node.counts.set(instance.state, (node.counts.get(instance.state) ?? 0) + 1);
    for (const edge of edgesOf(instance, node, nodeOf)) edges.add(edge);
  }
  const nodes = [...tasks.values()];
  return [
    'flowchart LR',
    ...nodes.map((node) => `  ${node.id}${shape(node)}${classOf(node)}`),
    ...[...edges].map((edge) => `  ${edge}`),
    ...CLASSES,
  ].join('\n');
}

interface TaskNode {
  readonly id: string;
  readonly name: string;
  readonly foreign: boolean;
  readonly counts: Map<State, number>;
}

const CLASSES = [
  '  classDef good fill:#e6f4ea,stroke:#34a853,color:#1e1e1e',
  '  classDef bad fill:#fce8e6,stroke:#d93025,color:#1e1e1e',
  '  classDef open fill:#fef7e0,stroke:#f9ab00,color:#1e1e1e',
] as const;

function edgesOf(
  instance: PlannedInstance,
  node: TaskNode,
  nodeOf: (pipeline: string, task: string) => TaskNode,
): readonly string[] {
  return instance.needs.map((need) => {
    const arrow = need.optional ? '-.->' : '-->';
    return `${nodeOf(need.pipeline, need.task).id} ${arrow} ${node.id}`;
  });
}

function shape(node: TaskNode): string {
  const counts = STATES.flatMap((state) => {
    const count = node.counts.get(state);
    return count === undefined ? [] : [`${count} ${state}`];
  });
  const label = [escapeText(node.name), ...counts].join('<br/>');
  return node.foreign ? `[["${label}"]]` : `["${label}"]`;
}

function classOf(node: TaskNode): string {
  const states = [...node.counts.keys()];
  if (states.length === 0) return '';
  if (states.some((state) => state === 'failed' || state === 'blocked' || state === 'lost')) return ':::bad';
  return states.every((state) => state === 'done' || state === 'skipped' || state === 'not-in-range')
    ? ':::good'
    : ':::open';
}

/** Mermaid reads quotes, angle brackets and `#` in a label as its own. */
function escapeText(text: string): string {
  return text.replace(/[^A-Za-z0-9 ._/=-]/gu, (character) => `#${character.codePointAt(0) ?? 63};`);
}
