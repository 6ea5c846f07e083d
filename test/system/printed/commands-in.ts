/**
 * Every command that a text tells a person to type. Lines that quote a task (`│`) tell nothing. `typed` is what led
 * to the text: some say no more than "the same command again".
 */
export function commandsIn(text: string, typed: string): readonly string[] {
  const commands = new Set<string>();
  for (const line of ownLines(text)) {
    for (const { 0: command } of line.matchAll(COMMAND)) commands.add(command.replace(/[.,:]$/, ''));
    if (AGAIN.test(line)) commands.add(typed);
    const [unset] = /\bunset \w+/.exec(line) ?? [];
    if (unset !== undefined) commands.add(`${unset}; ${typed}`);
    const [added] = /\badd (--rebuild \S+)/.exec(line) ?? [];
    if (added !== undefined) commands.add(`${typed} ${added.slice('add '.length)}`);
  }
  return [...commands];
}

function ownLines(text: string): readonly string[] {
  const end = text.startsWith('{') ? text.indexOf('\n}\n') + 2 : 0;
  const texts = end > 0 ? [...stringsIn(JSON.parse(text.slice(0, end))), text.slice(end)] : [text];
  return texts.flatMap((one) => one.split('\n')).filter((line) => !/^\s*│/.test(line));
}

function stringsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(stringsIn) : [];
}

const AGAIN = /\bthe same command again\b|\b(?:run|try) (?:it )?again(?!: sluice)/;
const WORDS = 'run|plan|why|status|check|get|ls|logs|repro|init|gc|doctor|store check|store du|store copy';

/** In prose, a command ends where it cannot go on, or with the verb of the sentence that it stands in. */
const END = String.raw`$|[\`)]| \(| · |; |, | (?:makes|publishes|compares|shows|lists|removes|copies|tells|writes|names|for)\b`;
const COMMAND = new RegExp(
  String.raw`(?:cd (?:'[^']*'|\S+) && )?\bsluice (?:${WORDS})(?![\w-])(?:(?!${END}).)*`,
  'g',
);
