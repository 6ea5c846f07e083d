import { ProblemsError } from '../../errors.ts';
import { parseSize } from '../../language/schema/shape/size.ts';
import type { Project } from '../../model/pipeline.ts';
import type { ProjectOptions } from './project-options.ts';

/** The project with what flags and variables say instead of its file. */
export function withOverrides(project: Project, options: ProjectOptions): Project {
  const { env } = options;
  const host = options.engine ?? env['SLUICE_ENGINE'] ?? project.engine.host;
  const store = namedStore(options);
  const cacheBytes = cacheBytesOf(env['SLUICE_CACHE']) ?? project.cacheBytes;
  // The file's settings are of the file's bucket, and its paths begin at the root; what is typed begins where that is.
  const { storeSettings: _, ...bare } = project;
  return {
    ...(store === undefined ? project : { ...bare, store, storeFrom: options.cwd }),
    engine: host === undefined ? {} : { host },
    concurrency: options.concurrency ?? concurrencyOf(env['SLUICE_CONCURRENCY']) ?? project.concurrency,
    ...(cacheBytes === undefined ? {} : { cacheBytes }),
  };
}

function cacheBytesOf(text: string | undefined): number | undefined {
  if (text === undefined || text === '') return undefined;
  const bytes = text === 'false' ? 0 : parseSize(text);
  if (bytes !== undefined) return bytes;
  throw new ProblemsError([
    {
      severity: 'error',
      code: 'bad-variable',
      message: `expected \`false\` or a size such as 20g in SLUICE_CACHE, found "${text}"`,
    },
  ]);
}

function concurrencyOf(text: string | undefined): number | undefined {
  if (text === undefined || text === '') return undefined;
  if (/^[1-9][0-9]*$/.test(text)) return Number(text);
  throw new ProblemsError([
    {
      severity: 'error',
      code: 'bad-variable',
      message: `expected a whole number from 1 in SLUICE_CONCURRENCY, found "${text}"`,
    },
  ]);
}

export function namedStore({ store, env }: ProjectOptions): string | undefined {
  return store ?? env['SLUICE_STORE'];
}
