import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { formatTable, type Row } from './measure.ts';

const cli = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'dist', 'sluice.js');

const SECTIONS: Readonly<Record<string, () => Promise<readonly Row[]>>> = {
  tasks: async () => (await import('./tasks.ts')).benchTasks(cli, await busybox()),
  bytes: async () => (await import('./bytes.ts')).benchBytes(cli, await busybox()),
  log: async () => [await (await import('./log.ts')).benchLog(cli, await busybox())],
  'usual-log': async () => (await import('./log.ts')).benchUsualLog(cli, await busybox()),
  nothing: async () => (await import('./nothing-to-do.ts')).benchNothingToDo(cli),
  's3-bytes': async () => (await import('./s3.ts')).benchTransfers(cli),
  's3-plan': async () => [await (await import('./s3.ts')).benchPlan(cli)],
  's3-cache': async () => [await (await import('./s3-cache.ts')).benchCache(cli, await busybox())],
  backfill: async () => (await import('./backfill.ts')).benchBackfill(cli),
  startup: async () => (await import('./startup.ts')).benchStartup(cli),
};

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => SECTIONS[name] === undefined);
if (unknown.length > 0) {
  console.error(`unknown: ${unknown.join(', ')}; there are ${Object.keys(SECTIONS).join(', ')}`);
  process.exit(2);
}
const rows: Row[] = [];
for (const [name, measure] of Object.entries(SECTIONS)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  console.error(`measuring ${name} …`);
  const measured = await measure();
  // The whole takes a while: what is known is told.
  console.error(formatTable(measured));
  rows.push(...measured);
}
console.log(formatTable(rows));

async function busybox(): Promise<string> {
  const [{ default: Docker }, { busyboxImage }] = await Promise.all([
    import('dockerode'),
    import('../parts/busybox-image.ts'),
  ]);
  return busyboxImage(new Docker());
}
