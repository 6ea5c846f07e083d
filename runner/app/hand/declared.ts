import { usageError } from '../../errors.ts';
import { evaluateCondition, evaluateTemplate, evaluateValue } from '../../language/expression/evaluate.ts';
import type { Task } from '../../model/pipeline.ts';
import type { PlannedInstance } from '../../model/plan.ts';
import { contextsFor, evaluateOutputs, type EvaluatedOutput } from '../../run/attempt/evaluate.ts';
import { readUpstream } from '../../run/attempt/upstream.ts';
import type { Subject } from '../../run/attempt/work.ts';
import type { AskedByHand } from './asked.ts';

/**
 * The files that an instance's task declares now, and where they are published. What it needs is only read where one of
 * these texts names it.
 *
 * @throws ProblemsError where an expression has no value.
 */
export async function declaredOutputs(
  { asked, ledger, pipelines, ownership }: AskedByHand,
  planned: PlannedInstance,
  task: Task,
): Promise<readonly EvaluatedOutput[]> {
  const { project } = asked.opened;
  const subject: Subject = {
    planned,
    task,
    attempt: '',
    absent: [],
    environment: {
      run: '',
      ledger,
      pipelines,
      project: ownership.project,
      projectRoot: project.root,
      secrets: {},
      expressions: { template: evaluateTemplate, condition: evaluateCondition, value: evaluateValue },
    },
  };
  const contexts = contextsFor(subject, await needsNamed(subject));
  const found = contexts.kind === 'broken' ? contexts : evaluateOutputs(subject, contexts.contexts);
  if (found.kind === 'evaluated') return found.outputs;
  throw usageError('no-outputs', `${planned.id}: ${found.cause.message}`, 'mend its file, then ask again');
}

async function needsNamed(subject: Subject) {
  const { task, planned } = subject;
  const texts = [
    ...Object.values(task.inputs),
    ...task.outputs.flatMap((output) =>
      output.kind === 'value' ? [] : [output.path, output.publish?.path ?? ''],
    ),
  ];
  if (!texts.some((text) => /\$\{\{[^}]*\bneeds\b/.test(text))) return {};
  const read = await readUpstream(subject);
  if (read.kind === 'read') return read.upstream.context;
  const why =
    read.kind === 'broken'
      ? read.cause.message
      : read.kind === 'absent'
        ? `${read.member} has no result yet`
        : `it is blocked ${read.reason}`;
  throw usageError(
    'no-outputs',
    `the outputs of ${planned.id} are named after what it needs: ${why}`,
    `make that first: sluice run ${read.kind === 'absent' ? read.member : planned.id}`,
  );
}
