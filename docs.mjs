// Writes the generated pages of docs/ from the table that validates pipeline files.
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { format, resolveConfig } from 'prettier';

const root = fileURLToPath(new URL('.', import.meta.url));
const bundle = await build({
  absWorkingDir: root,
  entryPoints: ['runner/language/schema/reference/pages.ts'],
  bundle: true,
  write: false,
  format: 'esm',
  platform: 'node',
  banner: { js: "import { createRequire } from 'node:module'; const require = createRequire('file:///');" },
});
const { pages } = await import(
  `data:text/javascript;base64,${Buffer.from(bundle.outputFiles[0].text).toString('base64')}`
);
for (const [path, text] of Object.entries(pages())) {
  await mkdir(dirname(root + path), { recursive: true });
  await writeFile(root + path, await format(text, { ...(await resolveConfig(root + path)), filepath: path }));
}
