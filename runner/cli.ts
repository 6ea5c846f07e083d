import { setFlagsFromString } from 'node:v8';
import { isOutOfFiles, OUT_OF_FILES } from './commands/cli/open-files.ts';

declare const SLUICE_VERSION: string | undefined;

const version = typeof SLUICE_VERSION === 'string' ? SLUICE_VERSION : '0.0.0-source';

// Answered without loading the commands: editors and scripts ask it often.
if (process.argv.length === 3 && process.argv[2] === '--version') console.log(version);
else {
  // How far the heap grows before its garbage is collected, in percent of what lives. Left to itself V8 takes twice as
  // much memory for a plan of 100,000 instances, and saves a tenth of the time.
  setFlagsFromString('--heap-growing-percent=30');
  try {
    await (await import('./commands/cli/main.ts')).main(process.argv, version);
  } catch (error) {
    if (!isOutOfFiles(error)) throw error;
    // What would say it better cannot be loaded.
    tellOutOfFiles();
  }
}

function tellOutOfFiles(): void {
  const { code, message, fix } = OUT_OF_FILES;
  if (process.argv.includes('--json')) {
    const problem = { code, file: null, line: null, column: null, message, fix };
    process.stdout.write(`${JSON.stringify({ schema: 1, problems: [problem] }, null, 2)}\n`);
  } else process.stderr.write(`error[${code}]: ${message}\n  fix: ${fix}\n`);
  process.exitCode = 4;
}
