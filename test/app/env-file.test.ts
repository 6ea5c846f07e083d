import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseEnvFile, readEnvFile } from '../../runner/app/env-file.ts';

const valuesOf = (text: string) => Object.fromEntries(parseEnvFile(text).values);

describe('the variables of a file', () => {
  it.each([
    ['plain ones', 'A=1\nB=x y\n', { A: '1', B: 'x y' }],
    ['blank values, which do not take the next line', 'A=\nB= \nC=2', { A: '', B: '', C: '2' }],
    ['line ends of other systems', 'A=1\r\nB=2\r\n', { A: '1', B: '2' }],
    ['comments, and `#` within a value', '# A=0\nA=1 # one\nB=a#b\nC=#', { A: '1', B: 'a#b', C: '' }],
    ['export', 'export A=1', { A: '1' }],
    ['quotes', `A="x # y"\nB='it"s' # c\nC=\`z\``, { A: 'x # y', B: 'it"s', C: 'z' }],
    ['keys of several lines', 'A="-----\nabc\n-----"\nB=2', { A: '-----\nabc\n-----', B: '2' }],
    ['written line ends in double quotes only', `A="a\\nb"\nB='a\\nb'`, { A: 'a\nb', B: 'a\\nb' }],
    ['names that objects have', 'constructor=1\n__proto__x=2', { constructor: '1', __proto__x: '2' }],
    ['`=` within a value', 'A=b64==', { A: 'b64==' }],
  ])('are read: %s', (_, text, expected) => {
    expect(parseEnvFile(text).mistakes).toEqual([]);
    expect(valuesOf(text)).toEqual(expected);
  });

  it('names each line that says nothing, and never what it holds', () => {
    const { mistakes } = parseEnvFile('A=1\nhunter2\n=hunter2\n1A=hunter2\nB="hunter2\nC="x" hunter2\n');
    expect(mistakes.map(({ line }) => line)).toEqual([2, 3, 4, 5, 6]);
    expect(JSON.stringify(mistakes)).not.toContain('hunter2');
  });
});

describe('the file', () => {
  let folder: string;
  beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'sluice-env-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('may begin with the mark that editors set', async () => {
    writeFileSync(join(folder, 'job.env'), '\uFEFFA=1\n');
    expect([...(await readEnvFile('job.env', folder))]).toEqual([['A', '1']]);
  });

  it.each([
    ['a text in another encoding', Buffer.from('\uFEFFA=1', 'utf16le'), 'is not a text in UTF-8'],
    ['a line without `=`', Buffer.from('A=1\noops\n'), 'line 2 of --env-file job.env: expected NAME=value'],
  ])('is refused in words: %s', async (_, bytes, words) => {
    writeFileSync(join(folder, 'job.env'), bytes);
    await expect(readEnvFile('job.env', folder)).rejects.toThrow(words);
  });

  it('may be a pipe, also one that is written to later and in pieces', async () => {
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    const reading = readEnvFile('pipe', folder, { maxBytes: 100, seconds: 20 });
    const writer = spawn('sh', ['-c', 'exec >pipe; echo A=1; sleep 0.1; echo B=2'], { cwd: folder });
    const ended = once(writer, 'exit');
    expect([...(await reading)]).toEqual([
      ['A', '1'],
      ['B', '2'],
    ]);
    await ended;
  });

  it.each([
    ['nobody writes to', 'exit', 'it is a pipe, and nothing was written to it within 0.2 s'],
    ['nobody closes', 'exec 1<>pipe; echo A=1; sleep 2', 'it is a pipe that was not closed within 0.2 s'],
    ['never ends', 'exec >pipe; yes', 'it holds more than 1,000,000 bytes'],
  ])('may be a pipe that %s, and is then refused in words', async (_, script, words) => {
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    const writer = spawn('sh', ['-c', script], { cwd: folder, stdio: 'ignore' });
    const seconds = script.endsWith('yes') ? 20 : 0.2;
    await expect(readEnvFile('pipe', folder, { maxBytes: 1_000_000, seconds })).rejects.toThrow(words);
    writer.kill();
  });

  it('may be a device', async () => {
    expect([...(await readEnvFile('/dev/null', folder))]).toEqual([]);
    await expect(readEnvFile('/dev/zero', folder)).rejects.toThrow('it holds more than 1,048,576 bytes');
  });

  it('is named where it is not there', async () => {
    await expect(readEnvFile('nope.env', folder)).rejects.toThrow('--env-file nope.env cannot be read');
  });
});
