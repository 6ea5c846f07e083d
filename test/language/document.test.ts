import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ending } from '../parts/ending.ts';
import { parseDocument } from '../../runner/language/document.ts';
import { pipelineFile } from '../../runner/language/schema/pipeline.ts';
import { projectFile } from '../../runner/language/schema/project.ts';
import { reusableFile } from '../../runner/language/schema/reusable.ts';

const parse = (text: string) => parseDocument(text, 'p.yaml', pipelineFile);

/** Each problem as `code line:column "what is marked" message | fix`. */
function told(text: string, parsed: Pick<ReturnType<typeof parse>, 'problems'> = parse(text)): string[] {
  return parsed.problems.map(({ code, line = 0, column = 0, length = 0, source = '', message, fix }) => {
    const marked = source.slice(column - 1, column - 1 + length);
    return `${code} ${String(line)}:${String(column)} "${marked}" ${message} | ${fix ?? ''}`;
  });
}

/** A pipeline with one task that has these lines. */
const task = (...lines: string[]): string =>
  ['tasks:', '  a:', ...lines.map((line) => `    ${line}`)].join('\n');

describe('what is right is read', () => {
  test('the values of a whole pipeline, typed and as they are written', () => {
    const text = [
      'name: 2020',
      'on: { schedule: [{ cron: "*/30 16 * * 1-5" }] }',
      'params:',
      '  date: { type: date, start: 2020-12-01 }',
      '  year: { type: year, start: 2020 }',
      '  top: { type: number, default: 50 }',
      'tasks:',
      '  a:',
      '    env: { VERSION: 1.10, FLAG: true, EMPTY: "", DATE: 2020-12-01 }',
      '    user: 1000',
      '    due: 18:00',
      '    if: params.top > 3',
      '    strategy: { matrix: { venue: [nyse, 3, true], include: [{ venue: x }] } }',
      '    needs: b',
      '  b: { run: "true", needs: [{ task: a, last: 3 }, other/task] }',
    ].join('\n');
    const { value, problems } = parse(text);
    expect(problems).toEqual([]);
    expect(value).toEqual({
      name: '2020',
      on: { schedule: [{ cron: '*/30 16 * * 1-5' }] },
      params: {
        date: { type: 'date', start: '2020-12-01' },
        year: { type: 'year', start: '2020' },
        top: { type: 'number', default: 50 },
      },
      tasks: {
        a: {
          env: { VERSION: '1.10', FLAG: 'true', EMPTY: '', DATE: '2020-12-01' },
          user: '1000',
          due: '18:00',
          if: 'params.top > 3',
          strategy: { matrix: { venue: ['nyse', 3, true], include: [{ venue: 'x' }] } },
          needs: 'b',
        },
        b: { run: 'true', needs: [{ task: 'a', last: 3 }, 'other/task'] },
      },
    });
  });

  test('anchors, aliases and merge keys', () => {
    const text = [
      'tasks:',
      '  a: &a { image: x, timeout-minutes: 3, run: &run "echo" }',
      '  b: { <<: *a, image: y }',
      '  c: { <<: [{ run: z }, *a] }',
      '  d: { run: *run }',
    ].join('\n');
    const { value, problems } = parse(text);
    expect(problems).toEqual([]);
    expect(value?.tasks).toMatchObject({
      b: { image: 'y', 'timeout-minutes': 3, run: 'echo' },
      c: { image: 'x', run: 'z' },
      d: { run: 'echo' },
    });
  });

  test('a byte order mark and Windows line ends', () => {
    const text = '\uFEFFname: a\r\ntasks: { a: { run: "true" } }\r\nnme: x\r\n';
    expect(told(text)).toEqual(['unknown-key 3:1 "nme" a pipeline has no key `nme` | Did you mean `name`?']);
    expect(parse(text).problems[0]?.source).toBe('nme: x');
    expect(parse(text).positionOf(['name'], 'key')).toMatchObject({ line: 1, column: 1 });
  });

  test('names that every object has by nature are unknown keys, and harmless', () => {
    const parsed = parse('{"__proto__": 1, "constructor": 2, "tasks": {"constructor": {"run": "x"}}}');
    expect(parsed.problems.map(({ code }) => code)).toEqual(['unknown-key', 'unknown-key']);
    expect(Object.keys(parsed.value?.tasks ?? {})).toEqual(['constructor']);
  });
});

describe('YAML that cannot be read', () => {
  test.each([
    [
      '',
      'empty-file 1:1 "" the file is empty | Write at least its required keys; `sluice init` makes an example.',
    ],
    [
      '# only comments\n',
      'empty-file 1:1 "#" the file is empty | Write at least its required keys; `sluice init` makes an example.',
    ],
    ['tasks:\n\ta: 1', 'yaml-syntax 2:1 "\t" YAML does not allow tabs for indentation | Indent with spaces.'],
    [
      'name: a\n---\nname: b',
      'yaml-syntax 2:1 "---" expected one YAML document, found a second one after `---` | Put it into a file of its own.',
    ],
    [
      'description: a: b',
      'yaml-syntax 1:14 "a" found a second `key: value` inside a value | A value that holds `: ` stands in quotes, or below `|` on lines of its own.',
    ],
    [
      "name: 'a",
      'yaml-syntax 1:9 "" something that was opened is not closed | Look for the missing quote or bracket before this place.',
    ],
    [
      'owner: @team',
      'yaml-syntax 1:8 "@" a value cannot begin with this character | `@` is reserved in YAML: put the value in quotes, \'@team\'.',
    ],
    [
      'name: [a',
      'yaml-syntax 1:9 "" this is not indented as YAML needs it here, or a bracket before it is not closed | Keys of one level begin in the same column; close `[` and `{`.',
    ],
    [
      'on:\n  schedule:\n    - cron: */30 * * * *',
      'yaml-syntax 3:18 "*" Unexpected alias at node end | `*` begins an alias in YAML: put the cron expression in quotes, \'*/30 * * * *\'.',
    ],
    [
      'description: "\\d"',
      'yaml-syntax 1:15 "\\" this backslash escape does not exist in YAML | Use single quotes, where a backslash is only a backslash: \'a\\d\'.',
    ],
  ])('%j', (text, problem) => {
    const found = told(text);
    expect(found[0]).toBe(problem);
    expect(new Set(parse(text).problems.map(({ line }) => line)).size).toBe(found.length);
    expect(parse(text).value).toBeUndefined();
  });

  test.each([
    [
      'name: a\nname: b\ntasks: {}',
      'duplicate-key 2:1 "name" the key `name` is written twice | Keep one of them.',
    ],
    [
      'tasks: {}\ndescription: *nope',
      'bad-alias 2:14 "*nope" there is no anchor `&nope` before this | A value that begins with `*` stands in quotes; an anchor `&name` comes before its alias.',
    ],
    ['tasks: &t { a: *t }', 'bad-alias 1:16 "*t" `*t` stands inside what it stands for | '],
    ['tasks: {}\n<<: 3', 'bad-alias 2:1 "<<" `<<` merges objects: expected an alias such as `*defaults` | '],
    [
      task('if: !cancelled()'),
      'bad-tag 3:9 "!cancelled()" expected a value, found the YAML tag `!cancelled()` | A value that begins with `!` stands in quotes.',
    ],
    [
      'tasks: {}\ndescription: {{ x }}',
      'wrong-type 2:14 "{{ x }}" expected a string, found an object | If the text holds `: ` or begins with `{`, put it in quotes.',
    ],
    [
      task('env: { {{ x }} }'),
      'bad-key 3:12 "{{ x }}" expected a name as key, found a list or an object | If this is an expression or a text that begins with `{` or `[`, put it in quotes: \'${{ … }}\'.',
    ],
  ])('%j', (text, problem) => {
    expect(told(text)).toContain(problem);
  });

  test('a billion laughs, deep nesting and a huge file are refused, and soon', () => {
    const levels = Array.from({ length: 12 }, (_, level) => {
      const alias = level === 0 ? 'x' : Array.from({ length: 12 }, () => `*l${String(level - 1)}`).join(', ');
      return `l${String(level)}: &l${String(level)} [${alias}]`;
    });
    const merges = Array.from({ length: 40 }, (_, level) =>
      level === 0
        ? 'm0: &m0 { a: { run: x } }'
        : `m${String(level)}: &m${String(level)} { <<: [${`*m${String(level - 1)}, `.repeat(20)}] }`,
    );
    const wide = `tasks:\n  a: &a { outputs: [${Array.from({ length: 400 }, (_, n) => (n === 0 ? '&o { path: x }' : '*o')).join(', ')}] }\n${Array.from({ length: 400 }, (_, n) => `  t${String(n)}: *a`).join('\n')}`;
    const problemsOf = (text: string) => ending(() => parse(text).problems);
    expect(problemsOf(levels.join('\n')).length).toBeGreaterThan(0);
    expect(problemsOf(`${merges.join('\n')}\ntasks: *m39`).length).toBeGreaterThan(0);
    expect(problemsOf(wide).map(({ code }) => code)).toContain('too-many-aliases');
    expect(problemsOf('['.repeat(100_000)).length).toBeGreaterThan(0);
    expect(problemsOf('{a: '.repeat(50_000)).length).toBeGreaterThan(0);
    expect(problemsOf(`${'- '.repeat(20_000)}a`).length).toBeGreaterThan(0);
    expect(problemsOf('a'.repeat(1_100_000)).map(({ code }) => code)).toEqual(['file-too-large']);
    expect(problemsOf(`tasks:\n${'  - *a\n'.repeat(5000)}`)).toHaveLength(200);
    expect(problemsOf(']\n'.repeat(5000))).toHaveLength(50);
  });
});

describe('what does not fit is told with what would', () => {
  test.each([
    ['need: [a]', 'unknown-key 3:5 "need" a task has no key `need` | Did you mean `needs`?'],
    [
      'max_attempts: 3',
      'unknown-key 3:5 "max_attempts" a task has no key `max_attempts` | Write it under `retry`: `retry: { max-attempts: … }`.',
    ],
    [
      'matrix: {}',
      'unknown-key 3:5 "matrix" a task has no key `matrix` | Write it under `strategy`: `strategy: { matrix: … }`.',
    ],
    [
      'Timeout-Minutes: 3',
      'unknown-key 3:5 "Timeout-Minutes" a task has no key `Timeout-Minutes` | Did you mean `timeout-minutes`?',
    ],
    [
      'steps: []',
      'unknown-key 3:5 "steps" a task has no key `steps` | A task is one script in one container: put the commands into `run`, or make several tasks.',
    ],
    ['run: 3', 'wrong-type 3:10 "3" expected a string, found the number 3 | Put it in quotes: \'3\'.'],
    ['run: [a, b]', 'wrong-type 3:10 "[a, b]" expected a string, found a list | '],
    ['run:', 'missing-value 3:5 "run" expected a string, found nothing | Write a value, or remove the key.'],
    [
      'run: ""',
      'missing-value 3:10 """" expected a string, found an empty string | Write a value, or remove the key.',
    ],
    [
      'run: { a: b }',
      'wrong-type 3:10 "{ a: b }" expected a string, found an object | If the text holds `: ` or begins with `{`, put it in quotes.',
    ],
    [
      'files: x.py',
      'wrong-type 3:12 "x.py" expected a list of strings, found the string \'x.py\' | Write it as a list: [x.py].',
    ],
    [
      'files: 3',
      'wrong-type 3:12 "3" expected a list of strings, found the number 3 | Write it as a list: [3].',
    ],
    [
      'files: [x.py, 3]',
      'wrong-type 3:19 "3" expected a path relative to the project root, found the number 3 | Put it in quotes: \'3\'.',
    ],
    [
      'files: [/etc/passwd]',
      'bad-value 3:13 "/etc/passwd" "/etc/passwd" is an absolute path | Write it relative to the project root: the file then works on every machine.',
    ],
    [
      'files: [a/../../b]',
      'bad-value 3:13 "a/../../b" "a/../../b" leads out of the project | Write a path below the project root, without `..`.',
    ],
    [
      'continue-on-error: yes',
      'wrong-type 3:24 "yes" expected true or false, found the string \'yes\' | YAML 1.2 reads yes as a text: write true.',
    ],
    [
      'continue-on-error: "true"',
      'wrong-type 3:24 ""true"" expected true or false, found the string \'true\' | Remove the quotes: true.',
    ],
    [
      'timeout-minutes: "30"',
      'wrong-type 3:22 ""30"" expected a number above 0, at most 525600, found the string \'30\' | Remove the quotes: 30.',
    ],
    [
      'timeout-minutes: 0',
      'bad-value 3:22 "0" expected a number above 0, at most 525600, found the number 0 | ',
    ],
    [
      'timeout-minutes: .inf',
      'bad-value 3:22 ".inf" expected a number above 0, at most 525600, found the number .inf | ',
    ],
    [
      'timeout-minutes: 5m',
      'wrong-type 3:22 "5m" expected a number above 0, at most 525600, found the string \'5m\' | ',
    ],
    [
      'timeout-minutes: ${{ params.t }}',
      'expression-not-allowed 3:22 "${{ params.t }}" expected a number above 0, at most 525600, found an expression | Write the number itself.',
    ],
    ['network: host', 'bad-value 3:14 "host" expected `bridge` or `none`, found the string \'host\' | '],
    [
      'network: Bridge',
      'bad-value 3:14 "Bridge" expected `bridge` or `none`, found the string \'Bridge\' | Did you mean `bridge`?',
    ],
    [
      'resources: { memory: 512 }',
      "bad-value 3:26 \"512\" expected an amount of memory such as `512MiB` or `2GiB`, found '512' | Write '512MiB'.",
    ],
    [
      'resources: { cpus: 1, memroy: 1g }',
      'unknown-key 3:27 "memroy" resources has no key `memroy` | Did you mean `memory`?',
    ],
    [
      'due: 1800',
      "wrong-type 3:10 \"1800\" expected a time of day such as '18:00' or an object (a moment), found the number 1800 | Put it in quotes: '18:00'.",
    ],
    ['due: 6:30pm', "bad-value 3:10 \"6:30pm\" expected a time of day such as '18:00', found '6:30pm' | "],
    [
      'due: 9:30',
      "bad-value 3:10 \"9:30\" expected a time of day such as '18:00', found '9:30' | Write '09:30'.",
    ],
    [
      'due: { timezone: UTC }',
      'missing-key 3:5 "due" a moment has none of `days`, `hours` or `at` | Add one of them.',
    ],
    [
      'secrets: [api-key]',
      "bad-value 3:15 \"api-key\" expected the name of an environment variable, of letters, digits and `_`, such as `API_KEY`, found 'api-key' | Write 'api_key'.",
    ],
    [
      'env: { 1A: x }',
      'bad-name 3:12 "1A" expected the name of an environment variable, of letters, digits and `_`, such as `API_KEY`, found "1A" | Write `_1A`.',
    ],
    ['env: { A: [1] }', 'wrong-type 3:15 "[1]" expected a string, found a list | '],
    [
      'env: { A: }',
      'missing-value 3:12 "A" expected a string, found nothing | An empty text is written \'\'.',
    ],
    [
      'outputs: [/outputs/a.csv]',
      'bad-value 3:15 "/outputs/a.csv" "/outputs/a.csv" names /outputs itself | Paths are below /outputs: write `a.csv`.',
    ],
    ['outputs: [{ pth: a }]', 'unknown-key 3:17 "pth" an output has no key `pth` | Did you mean `path`?'],
    [
      'outputs: [{ publish: a }]',
      'missing-key 3:15 "{ publish: a }" an output has no `path` | Add `path:`. For example `path: report.html`.',
    ],
    [
      'outputs: [{ value: a b }]',
      "bad-value 3:24 \"a b\" expected a name of letters, digits, `_` and `-`, beginning with a letter or `_`, found 'a b' | Write 'a-b'.",
    ],
    [
      'retry: { on: [trasient] }',
      'bad-value 3:19 "trasient" expected `transient`, `timeout`, `oom` or `any`, found the string \'trasient\' | Did you mean `transient`?',
    ],
    ['retry: { on: [0] }', 'bad-value 3:19 "0" expected a whole number from 1 to 255, found the number 0 | '],
    ['retry: 3', 'wrong-type 3:12 "3" expected an object (a retry), found the number 3 | '],
    [
      'needs: [{ task: b, last: 1.5 }]',
      'bad-value 3:30 "1.5" expected a whole number from 1 to 10000, found the number 1.5 | ',
    ],
    [
      'needs: [{ last: 3 }]',
      'missing-key 3:13 "{ last: 3 }" a need has no `task` | Add `task:`. For example `task: prices`.',
    ],
    [
      'needs: { b: 1 }',
      'wrong-type 3:12 "{ b: 1 }" expected the name of a task, or `pipeline/task` or a list of strings or objects, found an object | ',
    ],
    [
      'concurrency: { group: a, cancel-in-progress: true }',
      'unknown-key 3:30 "cancel-in-progress" a concurrency group has no key `cancel-in-progress` | Groups queue and never drop: remove it. A result that is superseded is replaced when the newer one commits.',
    ],
    [
      'strategy: { matrix: { venue: nyse } }',
      'wrong-type 3:34 "nyse" expected a list of plain values or an expression, found the string \'nyse\' | Write it as a list: [nyse].',
    ],
    [
      'strategy: { matrix: { venue: [] } }',
      'bad-value 3:34 "[]" expected a list of at least 1, found an empty list | Write a value, or remove the key.',
    ],
    [
      'strategy: { matrix: { Venue: [a] } }',
      'bad-name 3:27 "Venue" expected a matrix key of at most 38 lower-case letters, digits, `_` and `-`, beginning with a letter, such as `venue`, found "Venue" | Write `venue`.',
    ],
    [
      'strategy: { matrix: { venue: [3.10] } }',
      'ambiguous-value 3:35 "3.10" 3.10 is the number 3.1 to YAML | Put it in quotes to keep it as it is: \'3.10\'.',
    ],
    [
      'strategy: { matrix: { venue: ["${{ params.x }}"] } }',
      'expression-not-allowed 3:36 "${{" `${{ }}` is not allowed here | Write the value itself.',
    ],
    [
      'external: { url: a, done-flag: b }',
      'unknown-key 3:25 "done-flag" an external URL has no key `done-flag` | Known keys: `url`.',
    ],
    [
      'cap-add: [net_admin]',
      "bad-value 3:15 \"net_admin\" expected a Linux capability such as `NET_ADMIN`, found 'net_admin' | Write 'NET_ADMIN'.",
    ],
  ])('%s', (line, problem) => {
    expect(told(task(line))).toEqual([problem]);
  });

  test.each([
    [
      'tasks: []',
      'wrong-type 1:8 "[]" expected an object (tasks), found an empty list | Write keys below it, each with its own line `name: …`, without `-`.',
    ],
    [
      'tasks:',
      'missing-value 1:1 "tasks" expected an object (tasks), found nothing | Write a value, or remove the key.',
    ],
    [
      'name: a',
      'missing-key 1:1 "n" a pipeline has no `tasks` | Add `tasks:`. For example `tasks: { prices: { image: python:3.12-slim, run: python scripts/prices.py } }`.',
    ],
    [
      '- a',
      'wrong-type 1:1 "- a" expected an object (a pipeline), found a list | Write keys below it, each with its own line `name: …`, without `-`.',
    ],
    [
      'just text',
      'wrong-type 1:1 "just text" expected an object (a pipeline), found the string \'just text\' | ',
    ],
    [
      'jobs: {}\ntasks: {}',
      'unknown-key 1:1 "jobs" a pipeline has no key `jobs` | Jobs are called `tasks` here; each is one script in one container.',
    ],
    ['task: {}', 'unknown-key 1:1 "task" a pipeline has no key `task` | Did you mean `tasks`?'],
    [
      'tasks: {}\ntimezone: Europe/Berln',
      'bad-value 2:11 "Europe/Berln" there is no time zone "Europe/Berln" | Did you mean `Europe/Berlin`?',
    ],
    [
      'tasks: {}\nparams: { d: { type: dat } }',
      'bad-value 2:22 "dat" expected `minute`, `hour`, `date`, `week`, `month`, `quarter`, `year`, `string`, `number`, `boolean` or `choice`, found the string \'dat\' | Did you mean `date`?',
    ],
    [
      'tasks: {}\nparams: { d: {} }',
      'missing-key 2:11 "d" a param has no `type` | Add `type:` with `minute`, `hour`, `date`, `week`, `month`, `quarter`, `year`, `string`, `number`, `boolean` or `choice`.',
    ],
    [
      'tasks: {}\nparams: { d: { type: month, calendar: x } }',
      'unknown-key 2:29 "calendar" a param of type month has no key `calendar` | It belongs to a param of type date.',
    ],
    [
      'tasks: {}\nparams: { d: { type: date, start: 2020-1-1 } }',
      'bad-value 2:35 "2020-1-1" expected a date such as 2021-01-29, found \'2020-1-1\' | ',
    ],
    [
      'tasks: {}\nparams: { d: date }',
      'wrong-type 2:14 "date" expected an object (a param), found the string \'date\' | ',
    ],
    [
      'tasks: {}\non: { push: {} }',
      'unknown-key 2:7 "push" on has no key `push` | Triggers of a repository belong to the workflow that calls sluice.',
    ],
    [
      "tasks: {}\non: { schedule: [{ cron: '* * * *' }] }",
      "bad-value 2:26 \"'* * * *'\" expected a cron expression of five fields such as '30 16 * * 1-5', found '* * * *' | ",
    ],
    [
      "tasks: {}\non: { schedule: [{ cron: '60 * * * *' }] }",
      'bad-value 2:26 "\'60 * * * *\'" in the cron expression "60 * * * *": the minute `60` is not understood: Invalid value for minute: 60 | Minutes are 0-59, hours 0-23, days 1-31, months 1-12 or jan-dec, weekdays 0-7 or sun-sat; `,` lists, `-` spans, `/` steps.',
    ],
    [
      "tasks: {}\non: { schedule: [{ cron: '* 9-5 * * *' }] }",
      'bad-value 2:26 "\'* 9-5 * * *\'" in the cron expression "* 9-5 * * *": the hour `9-5` is not understood: From value is larger than to value: \'9-5\' | Minutes are 0-59, hours 0-23, days 1-31, months 1-12 or jan-dec, weekdays 0-7 or sun-sat; `,` lists, `-` spans, `/` steps.',
    ],
    [
      "tasks: {}\non: { schedule: [{ cron: '*/0 * * * *' }] }",
      'bad-value 2:26 "\'*/0 * * * *\'" in the cron expression "*/0 * * * *": the minute `*/0` is not understood: illegal stepping: 0 | Minutes are 0-59, hours 0-23, days 1-31, months 1-12 or jan-dec, weekdays 0-7 or sun-sat; `,` lists, `-` spans, `/` steps.',
    ],
    [
      'tasks: {}\ncalendars: { n: { weekdays: Mon - Fri } }',
      "bad-value 2:29 \"Mon - Fri\" expected weekdays such as `mon-fri` or `mon,wed,fri`, found 'Mon - Fri' | Write 'mon-fri'.",
    ],
    [
      'tasks: { 1: { run: x } }',
      'bad-name 1:10 "1" expected a task name of lower-case letters, digits, `_` and `-`, beginning with a letter, such as `prices`, found "1" | ',
    ],
    ['tasks: { null: { run: x } }', ''],
  ])('%j', (text, problem) => {
    expect(told(text)).toEqual(problem === '' ? [] : [problem]);
  });

  test('an expression in a script is placed where it stands', () => {
    const text = task('run: |', '  set -e', '  echo "$A"', '  echo ${{ params.date }} ${{ x }}');
    expect(told(text)[0]).toMatch(/^expression-not-allowed 6:12 "\$\{\{" .*\$SLUICE_PARAM_DATE/);
  });

  test('all mistakes are told at once, in the file’s order', () => {
    const text = 'nme: x\ntasks:\n  A:\n    neds: []\n    run: 3\n    pull: no\n  b: 3\ntimezone: Mars\n';
    expect(parse(text).problems.map(({ code, line }) => `${code} ${String(line)}`)).toEqual([
      'unknown-key 1',
      'bad-name 3',
      'unknown-key 4',
      'wrong-type 5',
      'bad-value 6',
      'wrong-type 7',
      'bad-value 8',
    ]);
  });

  test('a task that is wrong keeps its name, so that who needs it is not blamed', () => {
    expect(parse('tasks:\n  a:\n  b: { needs: a }').value?.tasks).toEqual({ a: null, b: { needs: 'a' } });
  });

  test('a mistake in an anchor is told once, though many use it', () => {
    expect(told('tasks:\n  a: &a { rn: x, run: y }\n  b: *a\n  c: { <<: *a }')).toHaveLength(1);
  });
});

describe('the other files', () => {
  test('a reusable task has inputs beside a task’s keys', () => {
    const parsed = parseDocument(
      'inputs:\n  url:\n  n: { default: 3 }\nimage: x\nrun: y',
      'r.yaml',
      reusableFile,
    );
    expect(parsed.problems).toEqual([]);
    expect(parsed.value).toEqual({ inputs: { url: {}, n: { default: 3 } }, image: 'x', run: 'y' });
    expect(
      told('', parseDocument('runs: {}\ninputs: { a: { type: string } }', 'r.yaml', reusableFile)),
    ).toEqual([
      'unknown-key 1:1 "runs" a reusable task has no key `runs` | There is no `runs`: the keys of a task stand beside `inputs`.',
      'unknown-key 2:16 "type" an input has no key `type` | Inputs are texts, as in action.yml: remove it.',
    ]);
  });
  test('the project', () => {
    const text =
      'store: s3://a/b\nengine: { host: unix:///x }\npools: { db: 4 }\nconcurrency: 8\nnotify: { slack: { webhook: HOOK } }';
    expect(parseDocument(text, 'sluice.yaml', projectFile).problems).toEqual([]);
    expect(told('', parseDocument('pools: { db: 0 }\nstor: x', 'sluice.yaml', projectFile))).toEqual([
      'bad-value 1:14 "0" expected a whole number from 1 to 10000, found the number 0 | ',
      'unknown-key 2:1 "stor" the project has no key `stor` | Did you mean `store`?',
    ]);
  });
});

describe('places', () => {
  const text = [
    'tasks:',
    '  a: &a',
    "    env: { A: 'it''s ${{ params.date }} ${{ params.date }}' }",
    '    outputs: [3, a.csv, b.csv]',
    '    needs: >-',
    '      b',
    '  b: *a',
    '  c: { <<: *a }',
    '  d:',
  ].join('\n');
  const parsed = parse(text);
  const at = (place: { line: number; column: number; length: number; source: string }): string =>
    `${String(place.line)}:${String(place.column)} ${place.source.slice(place.column - 1, place.column - 1 + place.length)}`;

  test.each([
    [['tasks', 'a'], 'key', '2:3 a'],
    [['tasks', 'a', 'env', 'A'], 'key', '3:12 A'],
    [['tasks', 'b'], 'value', '7:6 *a'],
    [['tasks', 'b', 'env', 'A'], 'key', '3:12 A'],
    [['tasks', 'c', 'outputs'], 'key', '4:5 outputs'],
    [['tasks', 'd'], 'value', '9:3 d'],
    [['tasks', 'a', 'absent', 'deeper'], 'key', '2:3 a'],
    [['nothing'], 'value', '1:1 tasks:'],
  ] as const)('of %j, the %s: %s', (path, which, place) => {
    expect(at(parsed.positionOf(path, which))).toBe(place);
  });

  test('items are counted as they are in the value, without those that were wrong', () => {
    expect(parsed.value?.tasks?.['a']?.outputs).toEqual(['a.csv', 'b.csv']);
    expect(at(parsed.positionOf(['tasks', 'a', 'outputs', 0], 'value'))).toBe('4:18 a.csv');
    expect(at(parsed.positionOf(['tasks', 'a', 'outputs', 1], 'value'))).toBe('4:25 b.csv');
  });

  test('inside a value, behind doubled quotes and the same text before', () => {
    const value = parsed.value?.tasks?.['a']?.env?.['A'] ?? '';
    const offset = value.lastIndexOf('date');
    expect(at(parsed.positionInside(['tasks', 'a', 'env', 'A'], offset, 4))).toBe('3:52 date');
  });

  test('inside a folded text', () => {
    const folded = parse('tasks:\n  a:\n    if: >\n      params.date\n      == params.dat\n');
    const value = folded.value?.tasks?.['a']?.if ?? '';
    const place = folded.positionInside(['tasks', 'a', 'if'], value.lastIndexOf('dat'), 3);
    expect(at(place)).toBe('5:17 dat');
  });
});

test('no text makes reading throw or hang, and all places lie in the file', () => {
  const piece = fc.constantFrom(
    'tasks',
    'params',
    'a',
    ':',
    ': ',
    '\n',
    '\n  ',
    '\n    ',
    '- ',
    '[',
    ']',
    '{',
    '}',
    ', ',
    '"',
    "'",
    '|',
    '>',
    '&a ',
    '*a',
    '<<',
    '? ',
    '!x ',
    '#',
    '\t',
    '---\n',
    '...\n',
    '%YAML 1.2\n',
    '${{ ',
    ' }}',
    '3',
    '.inf',
    'true',
    'null',
    '\uFEFF',
    '\r\n',
    '\u0000',
    '__proto__',
    'needs',
    'run',
    'outputs',
    'type',
    'date',
    '日',
  );
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc.array(piece, { maxLength: 60 }).map((pieces) => pieces.join('')),
    fc.json().map((json) => `tasks: ${json}`),
    fc
      .object({ key: fc.constantFrom('tasks', 'a', 'env', 'needs', 'run', 'params', 'type', 'outputs') })
      .map((value) => JSON.stringify(value)),
  );
  fc.assert(
    fc.property(text, (content) => {
      const parsed = parse(content);
      const lines = content.replace(/^\uFEFF/, '').split('\n');
      for (const { line = 0, column = 0, length = 0, source } of parsed.problems) {
        expect(lines[line - 1]?.replace(/\r$/, '')).toBe(source);
        expect(column).toBeGreaterThan(0);
        expect(length).toBeGreaterThan(0);
      }
      parsed.positionOf(['tasks', 'a', 0], 'value');
      parsed.positionInside(['tasks', 'a', 'run'], 3, 2);
      expect(parsed.value !== undefined || parsed.problems.length > 0).toBe(true);
    }),
    { numRuns: 600 },
  );
}, 60_000);
