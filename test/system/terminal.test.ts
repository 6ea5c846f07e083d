import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Dockerode from 'dockerode';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { busyboxImage, BUSYBOX_IMAGE } from '../parts/busybox-image.ts';
import { sluice } from './cli.ts';

/** The clipboard, the title, an empty screen, hidden text, C1, text turned round, and a line of its own. */
const EVIL =
  '\u001b]52;c;eHg=\u0007\u001b]0;t\u0007\u001b[2J\u001b[8mx\u009b2J\u009d0;t\u009c\u202egnp\u2028\nFORGED';
const PIPELINE = `
defaults: { image: '${BUSYBOX_IMAGE}', pull: never, network: none }
tasks:
  cause:
    run: |
      printf '\\033]52;c;eHg=\\007\\033]0;t\\007\\033[2J\\033[8mx \\302\\233 \\342\\200\\256 failed\\n' >&2
      exit 1
  names:
    run: |
      echo x > "/outputs/$(printf 'a\\302\\2332Jb').csv"; echo y > "/outputs/$(printf 'u\\302\\235 0;t').txt"
    outputs: ['*.csv']
  skipped: { run: exit 66 }
`;
/** No field of a record that a command prints is left out. */
const FIELDS = ['message', 'reason', 'lastLines', 'path', 'values', 'image', 'host', 'outcome', 'signal'];

const project = mkdtempSync(join(tmpdir(), 'sluice-terminal-'));

beforeAll(async () => {
  await busyboxImage(new Dockerode());
  mkdirSync(join(project, 'pipelines'));
  writeFileSync(join(project, 'pipelines/p.yaml'), PIPELINE);
});
afterAll(() => rmSync(project, { recursive: true, force: true }));

it('obeys nothing of what a task, a file or a record says, in any command', async () => {
  const shown = [await onTerminal('run p'), await onTerminal('run p --logs')];
  expect(shown[0]).toContain('failed');
  // A file or a program gets the log as the task wrote it.
  expect((await sluice(project, ['logs', 'p/cause/_'])).stdout).toContain('\u001b]52;c;eHg=\u0007');
  const commands = [
    'plan p --all',
    'plan p --rebuild stale',
    'status',
    'why p/cause/_',
    'why p/skipped/_',
    'logs p/cause/_',
    'ls p/names --uris',
    'ls',
    'get p/names/_ --to out',
    'repro p/cause/_',
    'store check --deep',
    'store du',
    'gc --dry-run',
    'check',
    `plan 'p${EVIL}'`,
    `run p '--x${EVIL}'`,
    `'${EVIL}'`,
    `status --store '/nope${EVIL}'`,
  ];
  for (const command of commands) {
    shown.push(await onTerminal(command));
    if (!command.startsWith('logs')) shown.push(await onTerminal(`${command} --json`));
  }
  poison(join(project, '.sluice/store'));
  writeFileSync(join(project, `pipelines/q${EVIL.replaceAll('/', '')}.yaml`), `tasks: { "${EVIL}": 1 }\n`);
  for (const command of [...commands, 'run p']) shown.push(await onTerminal(command));
  for (const text of shown) {
    // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
    expect(text).not.toMatch(/\u001b\]|\u001b\[2J|\u001b\[8m|[\u0080-\u009f\u2028\u202a-\u202e]/);
    expect(text).not.toMatch(/^FORGED/m);
  }
}, 240_000);

/** Writes evil into every text of every record that is not a name, as somebody may who can write to the store. */
function poison(folder: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile() || !entry.name.includes('.json')) continue;
    const file = join(entry.parentPath, entry.name);
    try {
      const record: unknown = JSON.parse(readFileSync(file, 'utf8'), (key, value: unknown) =>
        typeof value === 'string' && FIELDS.includes(key) ? `${value}${EVIL}` : value,
      );
      writeFileSync(file, JSON.stringify(record));
    } catch {
      // No JSON: a task's own output.
    }
  }
}

function onTerminal(command: string): Promise<string> {
  const bundle =
    process.env['SLUICE_TEST_BUNDLE'] ?? fileURLToPath(new URL('../../dist/sluice.js', import.meta.url));
  const line = `stty cols 100 rows 30; exec '${process.execPath}' '${bundle}' ${command}`;
  return new Promise((resolve, reject) => {
    const child = spawn('script', ['-qec', line, '/dev/null'], {
      cwd: project,
      env: { ...process.env, TERM: 'xterm' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (part: string) => (text += part));
    child.on('error', reject);
    child.on('close', () => resolve(text));
  });
}
