// The first minute: a real pipeline in real containers, and what to type next.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureNodeImage } from './image.mjs';

const RANGE = '2012-10-01..2012-12-31';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '..', '..');
const cli = join(root, 'dist', 'sluice.js');
// In a test elsewhere.
const project = resolve(process.argv[2] ?? join(root, 'sluice-demo'));

if (!existsSync(cli)) node([join(root, 'build.mjs')], root);
layOut();
sluice('doctor', '--fix');
useImage(await ensureNodeImage({ say }));
sluice('run', 'demo', '--date', RANGE);
explain();

/** A folder to look at and to change. What is there from an earlier demo stays, results and edits too. */
function layOut() {
  if (existsSync(join(project, 'pipelines'))) return;
  cpSync(join(here, 'project'), project, { recursive: true });
  mkdirSync(join(project, 'data'), { recursive: true });
  const data = join(root, 'node_modules', 'vega-datasets', 'data', 'seattle-weather.csv');
  if (!existsSync(data)) stop(`${relative(root, data)} is not there: npm ci`);
  cpSync(data, join(project, 'data', 'seattle-weather.csv'));
}

/** The pipeline names the image that this machine has. */
function useImage(image) {
  const file = join(project, 'pipelines', 'demo.yaml');
  const text = readFileSync(file, 'utf8');
  const changed = text.replace(/^( {2}image: ).*$/m, `$1${image}`);
  if (changed !== text) writeFileSync(file, changed);
}

function explain() {
  const type = `node ${relative(process.cwd(), cli)}`;
  const at = `--project ${relative(process.cwd(), project)}`;
  const line = (command) => `     ${type} ${command} ${at}`;
  say(`
The results: ${relative(process.cwd(), join(project, '.sluice/store/published/charts/2012-12.html'))} (open it in a browser)
The pipeline: ${relative(process.cwd(), join(project, 'pipelines/demo.yaml'))}

\`sluice\` in what is printed above is \`${type}\` here.

Next:
  1. The same again: nothing is left to do.
${line(`run demo --date ${RANGE}`)}
  2. Change a script, and ask what that makes stale, and why.
     echo '// a remark' >> ${relative(process.cwd(), join(project, 'scripts/trend.mjs'))}
${line(`plan demo --date ${RANGE} --rebuild stale`)}
  3. Run what is stale. The trends come out as they were, so the charts are left alone.
${line(`run demo --date ${RANGE} --rebuild stale`)}
`);
}

function sluice(...args) {
  node([cli, ...args, '--project', project], root);
}

function node(args, cwd) {
  const { status, signal } = spawnSync(process.execPath, args, { cwd, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? (signal === 'SIGINT' ? 130 : 1));
}

function say(line) {
  console.error(line);
}

function stop(message) {
  say(message);
  process.exit(1);
}
