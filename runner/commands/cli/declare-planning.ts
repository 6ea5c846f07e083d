import type { Command } from 'commander';
import { action, asOfAnyMoment, command, examples, planning } from './declare.ts';

/** Commands that make a plan: what is asked for, and what the store says of it. */
export function addPlanningCommands(program: Command): void {
  asOfAnyMoment(planning(command(program, 'run [pipeline] [task...]', 'run what is missing or failed')))
    .option('--concurrency <n>', 'containers side by side (default: the project’s, else 4)')
    .option('--adopt', 'take the pipeline over where its results are another project’s')
    .option('--env-file <file>', 'secrets that are not in the environment, NAME=value a line')
    .option('--logs', 'print the tasks’ own lines as they come')
    .option('--log-format <format>', 'text, or json: one object a line', 'text')
    .option('--again <run>', 'what that run was asked for')
    .option('--plan <file>', 'do what `plan --out` kept there, or refuse and say what has moved')
    .action(action(async () => (await import('../run.ts')).runCommand))
    .addHelpText(
      'after',
      examples([
        ['sluice run short-score', 'each task’s newest partition that is due'],
        ['sluice run short-score score --date 2021-01-29', 'one task of one day, and what it is missing'],
        ['sluice run short-score --from 2021-01-04 --to 2021-01-29', 'a range, both ends included'],
        ['sluice run short-score momentum --rebuild stale --downstream', 'after a fix'],
        ['sluice run ./lone.yaml', 'a file without a project'],
      ]),
    );

  asOfAnyMoment(
    planning(
      command(
        program,
        'plan [pipeline] [task...]',
        'every instance with its state and reason; changes nothing',
      ),
    ),
  )
    .option('--graph', 'a Mermaid flowchart of the tasks')
    .option('--all', 'list each instance, however many there are')
    .option('--next <span>', 'what becomes due in the next 24h, 90m or 7d, and which wake asks for it')
    .option('--out <file>', 'keep the plan there, for run --plan')
    .action(action(async () => (await import('../plan.ts')).planCommand))
    .addHelpText(
      'after',
      examples([
        ['sluice plan short-score --date 2021-01-04..2021-01-29', 'what a run over the range would do'],
        [
          'sluice plan short-score --rebuild stale --date 2021-01-04..2021-01-29',
          'what changed since it was made',
        ],
        ['sluice plan short-score --graph > graph.mmd', 'a picture'],
        ['sluice plan short-score --out plan.json', 'keep it, look at it, then: sluice run --plan plan.json'],
      ]),
    );

  asOfAnyMoment(
    planning(
      command(program, 'why <instance> [task...]', 'the chain of reasons behind one instance’s state'),
    ),
  )
    .action(action(async () => (await import('../why.ts')).whyCommand))
    .addHelpText('after', examples([['sluice why short-score/score/date=2021-01-29', '']]));
}
