import { MOST_WORD_BYTES } from '../../../model/exec-limit.ts';
import { DEFAULTS } from '../../schema/defaults.ts';
import type { MergedTask } from '../merge.ts';
import { items, scalarText, text } from '../source/node.ts';
import type { Node } from '../source/node.ts';
import type { ProblemReport } from '../source/problem-report.ts';

/** What is longer than a program can be given, as it is written; what comes of expressions a run looks at. */
export function checkLengths({ keys, env }: MergedTask, report: ProblemReport): void {
  const shell = text(keys.get('shell')) ?? DEFAULTS.shell;
  const run = keys.get('run');
  // By `{0}` the script is handed over as a file.
  if (run !== undefined && !shell.includes('{0}')) {
    checkWord(
      run,
      'the script',
      "Put it into a file under `files`, or write shell: 'sh -e {0}', which hands it over as a file.",
      report,
    );
  }
  for (const word of [...items(keys.get('entrypoint')), ...items(keys.get('args'))]) {
    checkWord(word, 'the argument', 'Put it into a file under `files`.', report);
  }
  for (const [name, node] of env) {
    checkWord(node, `\`${name}=…\``, 'Put it into a file under `files`.', report, `${name}=`);
  }
}

function checkWord(node: Node, called: string, fix: string, report: ProblemReport, before = ''): void {
  const bytes = Buffer.byteLength(before + withoutExpressions(scalarText(node) ?? ''));
  if (bytes <= MOST_WORD_BYTES) return;
  const [found, most] = [bytes, MOST_WORD_BYTES].map((count) => count.toLocaleString('en'));
  report.error(node, 'too-long', `${called} has ${found} bytes, and a program can be given ${most}`, { fix });
}

/** Also where an end is missing: what is wrong with an expression is told elsewhere. */
function withoutExpressions(text: string): string {
  const [before = '', ...rest] = text.split('${{');
  return before + rest.map((part) => part.slice(part.indexOf('}}') + 2)).join('');
}
