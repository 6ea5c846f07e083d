import type { Job } from '../../model/job.ts';

/** A small file for every declared output, the same for the same instance. */
export function defaultOutputs(job: Job): Readonly<Record<string, string>> {
  return Object.fromEntries(
    job.outputs.rules.map(({ pattern }) => {
      const path = fileFor(pattern);
      return [path, `${job.instance} ${path}\n`];
    }),
  );
}

/** A path that the pattern matches. */
function fileFor(pattern: string): string {
  const path = pattern
    .replace(/^(?:\.\/)+/, '')
    .replaceAll('**', 'dry')
    .replaceAll('*', 'dry')
    .replaceAll('?', 'd')
    .replace(/\{([^,}]*)[^}]*\}/g, '$1')
    .replace(/\[!?(.)[^\]]*\]/g, '$1');
  return path === '' || path.endsWith('/') ? `${path}dry` : path;
}
