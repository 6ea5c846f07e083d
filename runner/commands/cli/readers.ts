import type { Writable } from 'node:stream';
import { EXIT } from '../../errors.ts';

/**
 * Whoever reads our lines may go away (`sluice ls … | head -1`): a command that only shows ends with its reader, any
 * other works on to its end, unread. Neither is a mistake that would leave a stack. A full disk behind `>` is said once, and the exit status tells of it.
 */
export function outliveReaders(stdout: Writable, stderr: Writable, onlyShows: boolean): void {
  let told = false;
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE' && onlyShows) process.exit(EXIT.ok);
    if (error.code === 'EPIPE' || told) return;
    told = true;
    stderr.write(`error[output]: what was written to stdout is lost: ${error.message}\n`);
    process.on('exit', (status) => {
      if (status === EXIT.ok) process.exitCode = EXIT.failed;
    });
  });
  stderr.on('error', () => undefined);
}
