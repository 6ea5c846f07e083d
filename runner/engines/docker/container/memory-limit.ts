import type { DockerCapabilities } from '../connection/docker-capabilities.ts';
import type { Job } from '../../../model/job.ts';

export interface MemoryLimit {
  readonly bytes: number;
  /** The task names it; else it is what keeps its neighbours alive. */
  readonly isOwn: boolean;
}

/** Of the engine's memory: the rest is its own, the kernel's and its neighbours'. */
const SHARE = 0.9;

/**
 * What a container's memory is limited to. A task that names no limit must not take the machine with it: it dies, and
 * not whoever the kernel would choose. Undefined: the engine cannot limit it, or does not say what it has.
 */
export function memoryLimitOf(
  { resources }: Pick<Job, 'resources'>,
  capabilities: Pick<DockerCapabilities, 'memoryLimit' | 'memoryBytes'>,
): MemoryLimit | undefined {
  if (!capabilities.memoryLimit) return undefined;
  if (resources.memoryBytes !== undefined) return { bytes: resources.memoryBytes, isOwn: true };
  const bytes = Math.floor(capabilities.memoryBytes * SHARE);
  return bytes > 0 ? { bytes, isOwn: false } : undefined;
}
