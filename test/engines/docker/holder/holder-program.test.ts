import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { holderProgram } from '../../../../runner/engines/docker/holder/holder-program.ts';

describe('holderProgram', () => {
  it('is a program that waits on this very processor', async () => {
    const program = holderProgram(process.arch === 'x64' ? 'amd64' : process.arch);
    const folder = mkdtempSync(join(tmpdir(), 'sluice-hold-'));
    try {
      const path = join(folder, 'hold');
      writeFileSync(path, program ?? '', { mode: 0o755 });
      const child = spawn(path);
      await once(child, 'spawn');
      // A wrong instruction ends it within microseconds.
      const ended = await Promise.race([
        once(child, 'exit').then(() => true),
        new Promise<boolean>((resolve) => setTimeout(resolve, 200, false)),
      ]);
      expect(ended).toBe(false);
      child.kill('SIGKILL');
      expect(await once(child, 'exit')).toEqual([null, 'SIGKILL']);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('is an ELF file of a few hundred bytes for the processors that it knows', () => {
    for (const [architecture, machine] of [
      ['amd64', 62],
      ['arm64', 183],
    ] as const) {
      const program = holderProgram(architecture) ?? Buffer.alloc(0);
      expect(program.subarray(0, 4).toString('latin1')).toBe('\x7fELF');
      expect(program.readUInt16LE(18)).toBe(machine);
      expect(program.length).toBeLessThan(400);
    }
    expect(holderProgram('s390x')).toBeUndefined();
  });
});
