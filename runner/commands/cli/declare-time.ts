import type { Command } from 'commander';
import { action, asOfAnyMoment, command, examples, withParams } from './declare.ts';

/** Commands that start what is due by themselves. */
export function addTimeCommands(program: Command): void {
  asOfAnyMoment(
    withParams(
      command(
        program,
        'tick [pipeline] [task...]',
        'run all that is due and not done, of one pipeline or of all: at any rate, by cron or a timer',
      ),
    ),
  )
    .option('--dry-run', 'only say what would run')
    .option('--lookback-days <n>', 'what became due in so many days (default: the schedules’, else 7)')
    .option('--rebuild <what>', 'stale, all: what runs again, beside what is missing or failed')
    .option('--concurrency <n>', 'containers side by side, over all pipelines')
    .option('--env-file <file>', 'secrets that are not in the environment, NAME=value a line')
    .option('--logs', 'print the tasks’ own lines as they come')
    .option('--log-format <format>', 'text, or json: one object a line', 'text')
    .action(action(async () => (await import('../tick/tick.ts')).tickCommand))
    .addHelpText(
      'after',
      examples([
        ['sluice tick', 'all pipelines of the project'],
        ['sluice tick short-score --dry-run', 'what it would run, and what waits'],
        ['sluice tick short-score volume --lookback-days 10 --rebuild all', 'ten days anew'],
      ]),
    );

  command(program, 'serve', 'tick all pipelines whenever their schedules wake, until a signal ends it')
    .option('--listen <address>', 'where /healthz and /readyz are answered', '127.0.0.1:8787')
    .option('--concurrency <n>', 'containers side by side, over all pipelines')
    .option('--env-file <file>', 'secrets that are not in the environment, NAME=value a line')
    .option('--logs', 'print the tasks’ own lines as they come')
    .option('--log-format <format>', 'text, or json: one object a line', 'text')
    .action(action(async () => (await import('../serve/serve.ts')).serveCommand))
    .addHelpText('after', examples([['sluice serve --listen 127.0.0.1:0', 'on a free port']]));
}
