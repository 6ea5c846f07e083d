// `npm test`: everything that must hold, one step after the other, none left out because another failed.
// With --node24 what can differ by Node's version runs once more on Node 24. The last line says `N passed, N failed`: tests of all
// runs, and each step that failed otherwise.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = new URL('..', import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), 'sluice-test-run-'));
const bin = (name) => join(root, 'node_modules', '.bin', name);
const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
/** Beside them: threads, signals, files under kills, and one project from `init` to its results in containers. */
const BY_NODE = [
  'test/hash/stream-hash.slow',
  'test/commands/cli/interrupt.slow',
  'test/stores/directory/kill.slow',
  'test/system/init',
];
const total = { passed: 0, failed: 0 };
const summary = [];

await step('parts: what the tests need', bin('tsx'), ['test/parts/prepare.ts']);
await step('build', process.execPath, ['build.mjs']);
await step('lint and format', 'npm', ['run', '--silent', 'lint']);
await step('types', 'npm', ['run', '--silent', 'typecheck']);
await tests(`all tests on Node ${process.versions.node}`, process.execPath, []);
if (process.argv.includes('--node24')) {
  const node = await node24();
  const projects = ['unit', 's3'].flatMap((name) => ['--project', name]);
  await tests('unit and s3 on Node 24', node, projects);
  await tests('processes and a run on Node 24', node, BY_NODE);
}
rmSync(folder, { recursive: true });
report();

/** One command; its failure counts as one. */
async function step(title, program, words) {
  const { status, seconds } = await run(title, program, words);
  if (status !== 0) total.failed += 1;
  summary.push({
    title,
    ok: status === 0,
    seconds,
    note: status === 0 ? '' : `ended with ${status}`,
    troubles: [],
  });
}

/** One run of vitest, counted from its own record: a test that is left out is a failure too. */
async function tests(title, node, words) {
  const record = join(folder, `${summary.length}.json`);
  const { status, seconds, stdout, stderr } = await run(title, node, [
    vitest,
    'run',
    ...words,
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${record}`,
  ]);
  const counted = count(record);
  const troubles = counted.troubles;
  if (status !== 0 && troubles.length === 0) {
    troubles.push(
      `vitest ended with ${status}: a crash, or an error outside any test\n${cut(`${stdout}${stderr}`.trimEnd(), -60)}`,
    );
  }
  total.passed += counted.passed;
  total.failed += troubles.length;
  const note = `${counted.passed} passed, ${troubles.length} failed`;
  summary.push({ title, ok: troubles.length === 0, seconds, note, troubles });
}

/** What a run of vitest passed, and each trouble in words: the end of a long output is often all that is kept of it. */
function count(record) {
  let results;
  try {
    results = JSON.parse(readFileSync(record, 'utf8')).testResults;
  } catch {
    return { passed: 0, troubles: ['vitest left no record'] };
  }
  const all = results.flatMap((file) => file.assertionResults.map((test) => ({ ...test, file: file.name })));
  const passed = all.filter((test) => test.status === 'passed').length;
  const troubles = all
    .filter((test) => test.status !== 'passed')
    .map((test) =>
      test.status === 'failed'
        ? `${named(test.file)} > ${test.fullName}\n${cut(test.failureMessages.join('\n'), 30)}`
        : `${named(test.file)} > ${test.fullName}: left out`,
    );
  // A file that could not be loaded, or whose set-up failed, has no failed test of its own.
  for (const file of results) {
    if (file.status !== 'failed' || file.assertionResults.some((test) => test.status === 'failed')) continue;
    troubles.push(`${named(file.name)}: could not be run\n${cut(file.message ?? '', 30)}`);
  }
  if (all.length === 0) troubles.push('there was no test');
  return { passed, troubles };
}

function named(file) {
  return file.replace(root, '');
}

async function node24() {
  const { stdout } = await run('Node 24', bin('tsx'), [
    '-e',
    "import('./test/parts/node24.ts').then((part) => console.log(part.node24()))",
  ]);
  return stdout.trim().split('\n').at(-1) || 'node24';
}

/** Some lines of a long text: its first ones, or its last. */
function cut(text, lines) {
  return text
    .split('\n')
    .slice(...(lines < 0 ? [lines] : [0, lines]))
    .map((line) => `    ${line.slice(0, 300)}`)
    .join('\n');
}

/** Shows the output as it comes; there is no input. */
function run(title, program, words) {
  console.log(`\n── ${title}\n$ ${[program, ...words].join(' ').replaceAll(root, '')}`);
  const begin = performance.now();
  return new Promise((resolve) => {
    const told = { stdout: '', stderr: '' };
    const child = spawn(program, words, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of ['stdout', 'stderr']) {
      child[stream].on('data', (chunk) => {
        process[stream].write(chunk);
        told[stream] = (told[stream] + chunk).slice(-10_000);
      });
    }
    const end = (status) => resolve({ status, ...told, seconds: (performance.now() - begin) / 1000 });
    child.on('error', (error) => end(error.message));
    child.on('close', (code, signal) => end(code ?? signal));
  });
}

function report() {
  console.log('');
  for (const { title, ok, seconds, note } of summary) {
    console.log(
      `${ok ? 'ok    ' : 'FAILED'}  ${title.padEnd(32)} ${seconds.toFixed(1).padStart(6)} s  ${note}`,
    );
  }
  for (const { title, troubles } of summary) {
    for (const trouble of troubles) console.log(`\n${title}: ${trouble}`);
  }
  if (total.passed === 0) total.failed = Math.max(total.failed, 1);
  console.log(`${total.passed} passed, ${total.failed} failed`);
  process.exitCode = total.failed === 0 ? 0 : 1;
}
