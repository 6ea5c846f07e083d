import { join } from 'node:path';
import { build } from 'esbuild';

/** Makes a TypeScript file of the tests runnable as a process of its own. */
export async function bundle(entry: string, folder: string): Promise<string> {
  const outfile = join(folder, 'process.mjs');
  await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    // What CommonJS packages expect to find around them.
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
    logLevel: 'error',
  });
  return outfile;
}
