import { messageOf } from '../../errors.ts';
import type { Cause } from '../../model/cause.ts';
import type { External as Declared } from '../../model/pipeline.ts';
import type { Probed, Source } from '../../model/source.ts';
import { expressionCause } from './condition.ts';
import { contextsFor, evaluateText } from './evaluate.ts';
import { storeLog } from './execute.ts';
import type { Upstream } from './upstream.ts';
import type { Execution, Work } from './work.ts';

export interface Looked {
  readonly probed: Probed | { readonly kind: 'broken'; readonly cause: Cause };
  readonly ran: Execution;
}

/** Looks whether what somebody else makes is there. Keeps what it answered as the log of the attempt. */
export async function lookAtSource(work: Work, declared: Declared, signal: AbortSignal): Promise<Looked> {
  const { environment, planned, attempt, emit } = work;
  const { clock, sources } = environment;
  const startedAt = clock.now();
  emit({ type: 'instance-started', id: planned.id, attempt, at: new Date(startedAt).toISOString() });
  const source = sourceOf(work, declared);
  const probed =
    'cause' in source
      ? ({ kind: 'broken', cause: source.cause } as const)
      : sources === undefined
        ? ({ kind: 'not-ready', answer: `nothing here looks at ${addressOf(source)}` } as const)
        : await sources.probe(source, { signal });
  const told = work.masker.text(wordsOf(probed));
  await storeLog(work, Buffer.from(`${told}\n`));
  return { probed: masked(probed, told), ran: { seconds: (clock.now() - startedAt) / 1000 } };
}

/** In words what of the sources that it reads is not as it was recorded: never mixed with what was there before. */
export async function changedSource(
  { environment, planned }: Work,
  { needs }: Upstream,
  signal: AbortSignal,
): Promise<Cause | undefined> {
  for (const { instance, external } of needs.flatMap(({ present }) => present)) {
    if (external === undefined) continue;
    const changed = await environment.sources?.changed(external, { signal });
    if (changed === undefined) continue;
    const remedy = `sluice run ${instance} --rebuild all takes what is there now; then sluice run ${planned.id}`;
    return { kind: 'input-changed', message: `${changed}: ${remedy}`, transient: false };
  }
  return undefined;
}

function sourceOf(work: Work, declared: Declared): Source | { readonly cause: Cause } {
  const found = contextsFor(work, {});
  if (found.kind === 'broken') return { cause: found.cause };
  const text = (template: string): string => evaluateText(work, template, found.contexts);
  try {
    switch (declared.kind) {
      case 'object':
        return { kind: 'object', uri: text(declared.uri) };
      case 'prefix':
        return { kind: 'prefix', uri: text(declared.uri), doneFlag: declared.doneFlag };
      case 'url':
        return { kind: 'url', url: text(declared.url) };
    }
  } catch (error) {
    return { cause: expressionCause('external', messageOf(error)) };
  }
}

function addressOf(source: Source): string {
  return source.kind === 'url' ? source.url : source.uri;
}

function wordsOf(probed: Looked['probed']): string {
  switch (probed.kind) {
    case 'ready': {
      const { uri, objects } = probed.external;
      const values = Object.entries(probed.values).map(([name, value]) => `${name} ${value}`);
      return [
        `ready: ${uri}`,
        ...objects.map(({ path, bytes, etag }) => `${path} ${bytes} bytes, etag ${etag}`),
        ...values,
      ].join('\n');
    }
    case 'not-ready':
      return probed.answer;
    case 'invalid':
      return probed.message;
    case 'broken':
      return probed.cause.message;
  }
}

function masked(probed: Looked['probed'], told: string): Looked['probed'] {
  if (probed.kind === 'not-ready') return { ...probed, answer: told };
  return probed.kind === 'invalid' ? { ...probed, message: told } : probed;
}
