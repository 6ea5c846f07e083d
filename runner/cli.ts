#!/usr/bin/env node
declare const SLUICE_VERSION: string | undefined;

const version = typeof SLUICE_VERSION === 'string' ? SLUICE_VERSION : '0.0.0-source';

// Answered without loading the commands: editors and scripts ask it often.
if (process.argv.length === 3 && process.argv[2] === '--version') console.log(version);
else await (await import('./commands/main.ts')).main(process.argv, version);
