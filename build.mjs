// Bundles the command line and the library into dist/. Everything heavy is a chunk of its own, loaded when used.
// With --types the library's types too, which takes longer than all else.
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

const { version } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8'));
const root = new URL('.', import.meta.url).pathname;

/**
 * dockerode loads an SSH client and gRPC at once, 0.1 s that only ssh:// hosts and BuildKit sessions need: these
 * modules, each of which exports one function, are loaded at their first call.
 */
const loadWhenCalled = {
  name: 'load-when-called',
  setup({ onResolve, onLoad, resolve }) {
    onResolve({ filter: /^\.\/(ssh|session)$/ }, async ({ path, importer, resolveDir, pluginData }) => {
      if (pluginData === 'real' || !/[\\/](docker-modem|dockerode)[\\/]lib[\\/]/.test(importer))
        return undefined;
      const real = await resolve(path, { importer, resolveDir, kind: 'require-call', pluginData: 'real' });
      return { path: real.path, namespace: 'when-called', pluginData: { resolveDir } };
    });
    onLoad({ filter: /.*/, namespace: 'when-called' }, ({ path, pluginData }) => ({
      contents: `module.exports = function (...args) { return require(${JSON.stringify(path)}).apply(this, args); };`,
      resolveDir: pluginData.resolveDir,
    }));
  },
};

const { metafile } = await build({
  metafile: true,
  absWorkingDir: root,
  entryPoints: { sluice: 'runner/cli.ts', index: 'runner/index.ts' },
  outdir: 'dist',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  chunkNames: 'chunks/[name]-[hash]',
  define: { SLUICE_VERSION: JSON.stringify(version) },
  // Native add-ons of the SSH client: optional, and looked for at run time.
  external: ['cpu-features', '*.node'],
  plugins: [loadWhenCalled],
  banner: {
    // What CommonJS packages expect to find around them.
    js: [
      "import { createRequire as sluiceCreateRequire } from 'node:module';",
      'const require = sluiceCreateRequire(import.meta.url), __filename = import.meta.filename, __dirname = import.meta.dirname;',
    ].join('\n'),
  },
  minifySyntax: true,
  legalComments: 'none',
  logLevel: 'warning',
});

/**
 * How a shell starts the program. Node takes `--env-file` for its own wherever it stands, before any of our code runs
 * (nodejs/node#54232): only what comes after `--` is left alone. Not `env -S node --`, which busybox does not know. To
 * JavaScript the second line is a text and a comment.
 */
const SHELL = `#!/bin/sh
':' //; exec node -- "$0" "$@"
`;
const program = join(root, 'dist/sluice.js');
const bundled = readFileSync(program, 'utf8');
writeFileSync(`${program}.new`, SHELL + bundled.replace(/^#!.*\n/, ''), { mode: 0o755 });
renameSync(`${program}.new`, program);

// Chunks of an earlier build stay for a while: a sluice that runs meanwhile may load them yet.
const HOUR = 3_600_000;
const chunks = `${root}dist/chunks`;
for (const name of existsSync(chunks) ? readdirSync(chunks) : []) {
  const file = join(chunks, name);
  if (metafile.outputs[`dist/chunks/${name}`] === undefined && Date.now() - statSync(file).mtimeMs > HOUR)
    rmSync(file);
}

if (process.argv.includes('--types')) {
  rmSync(`${root}dist/types`, { recursive: true, force: true });
  execFileSync(join(root, 'node_modules/.bin/tsc'), ['-p', 'tsconfig.types.json'], {
    cwd: root,
    stdio: 'inherit',
  });
}
