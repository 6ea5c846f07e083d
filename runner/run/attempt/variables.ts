import type { PlannedInstance } from '../../model/plan.ts';
import { setOwn } from '../../model/own.ts';

/** Where a task writes its values, one `name=value` a line. */
export const OUTPUT_FILE = '/sluice/output';

/** The environment by which values reach a script. `declared` is the task's own `env`, evaluated. */
export function variablesOf(
  planned: Pick<PlannedInstance, 'id' | 'params' | 'matrix' | 'period'>,
  run: string,
  attempt: string,
  declared: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const variables: Record<string, string> = { ...declared };
  for (const [name, value] of Object.entries(planned.params)) {
    setOwn(variables, `SLUICE_PARAM_${variableName(name)}`, String(value));
  }
  for (const [name, value] of Object.entries(planned.matrix)) {
    setOwn(variables, `SLUICE_MATRIX_${variableName(name)}`, String(value));
  }
  if (planned.period !== undefined) {
    variables['SLUICE_START'] = planned.period.start;
    variables['SLUICE_END'] = planned.period.end;
  }
  variables['SLUICE_INSTANCE'] = planned.id;
  variables['SLUICE_RUN_ID'] = run;
  variables['SLUICE_ATTEMPT'] = attempt;
  variables['SLUICE_OUTPUT'] = OUTPUT_FILE;
  return variables;
}

function variableName(name: string): string {
  return name.toUpperCase().replaceAll('-', '_');
}
