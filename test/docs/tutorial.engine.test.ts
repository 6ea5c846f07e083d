import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import Dockerode from 'dockerode';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { busyboxImage, BUSYBOX_IMAGE } from '../parts/busybox-image.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const page = readFileSync(join(root, 'docs/tutorial.md'), 'utf8');
const folder = mkdtempSync(join(tmpdir(), 'sluice-tutorial-'));

beforeAll(async () => {
  await busyboxImage(new Dockerode());
  const program = join(folder, 'bin/sluice');
  mkdirSync(dirname(program));
  writeFileSync(program, `#!/bin/sh\nexec '${process.execPath}' -- '${join(root, 'dist/sluice.js')}' "$@"\n`);
  chmodSync(program, 0o755);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('answers as docs/tutorial.md says, command by command', async () => {
  const { answers, patterns } = await typeAll(blocksOf(page));
  expect(answers.length).toBeGreaterThan(8);
  answers.forEach((answer, index) => expect(answer).toMatch(patterns[index] ?? ''));
}, 300_000);

/** What came of each command, and the pattern that the page promises. */
async function typeAll(blocks: readonly Block[]): Promise<{
  readonly answers: readonly string[];
  readonly patterns: readonly RegExp[];
}> {
  const answers: string[] = [];
  const patterns: RegExp[] = [];
  let here = folder;
  for (const block of blocks) {
    if (block.kind === 'file') {
      const path = join(here, block.path);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, withLocalImage(block.text));
      continue;
    }
    for (const { command, expected } of block.commands) {
      if (command.startsWith('cd ')) {
        here = resolve(here, command.slice(3));
        continue;
      }
      answers.push(`$ ${command}\n${await typed(here, command)}`);
      patterns.push(answerPattern(command, expected));
      if (command.startsWith('sluice init')) useLocalImage(join(here, 'coffee/pipelines/hello.yaml'));
    }
  }
  return { answers, patterns };
}

type Block =
  | { readonly kind: 'file'; readonly path: string; readonly text: string }
  | { readonly kind: 'typed'; readonly commands: readonly Typed[] };

interface Typed {
  readonly command: string;
  readonly expected: readonly string[];
}

/** A block whose first line is `# <path>` is a file; one of `console` is what is typed and what is answered. */
function blocksOf(text: string): readonly Block[] {
  return [...text.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(([, language, body = '']): Block => {
    if (language !== 'console') {
      const [first = '', ...rest] = body.split('\n');
      return { kind: 'file', path: first.replace('# ', ''), text: rest.join('\n') };
    }
    const commands = body.split(/^\$ /m).filter((part) => part !== '');
    return {
      kind: 'typed',
      commands: commands.map((part) => {
        const [command = '', ...expected] = part.trimEnd().split('\n');
        return { command, expected };
      }),
    };
  });
}

/** A line that is `…` stands for any lines, within a line for any text. */
function answerPattern(command: string, expected: readonly string[]): RegExp {
  const lines = expected.map((line) =>
    line === '…' ? '(?:.*\\n)*?' : `${escaped(line).replaceAll('…', '.*')}\\n`,
  );
  return new RegExp(`^\\$ ${escaped(command)}\\n${lines.join('')}$`);
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}

/** What a failed task makes of the exit status is part of the answer's words. */
function typed(cwd: string, command: string): Promise<string> {
  const env = { ...process.env, NO_COLOR: '1', PATH: `${join(folder, 'bin')}:${process.env['PATH'] ?? ''}` };
  return new Promise((done) => {
    execFile('sh', ['-c', `${command} 2>&1`], { cwd, env }, (_error, stdout) => done(stdout));
  });
}

/** No registry is asked for the image that the page names. */
function withLocalImage(text: string): string {
  return text.replace('alpine:3.22', BUSYBOX_IMAGE);
}

function useLocalImage(file: string): void {
  writeFileSync(file, withLocalImage(readFileSync(file, 'utf8')));
}
