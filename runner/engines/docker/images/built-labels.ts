import type { ImageOwner } from '../../../model/job.ts';

/** The repository that all built images are tagged in. */
export const BUILT = 'sluice-build';

/** Other than a container's: who starts a container of the image has these too. */
export const BUILT_LABELS = {
  contentHash: 'sluice.build',
  storeId: 'sluice.build.store',
  project: 'sluice.build.project',
} as const;

/** By which what was built is found again when nothing asks for it any more. */
export function builtLabels(contentHash: string, owner: ImageOwner | undefined): Record<string, string> {
  return {
    [BUILT_LABELS.contentHash]: contentHash,
    ...(owner === undefined
      ? {}
      : { [BUILT_LABELS.storeId]: owner.storeId, [BUILT_LABELS.project]: owner.project }),
  };
}

/** `os/architecture` is part of the tag where it was asked for. */
export function builtTag(contentHash: string, platform: string | undefined): string {
  const suffix = platform === undefined ? '' : `-${platform.replaceAll('/', '-')}`;
  return `${contentHash}${suffix}`;
}

/** The content that a name of ours tells; undefined: it is none. */
export function builtHash(name: string): string | undefined {
  return /^(?:localhost\/|docker\.io\/library\/)?sluice-build:([0-9a-f]{64})(?:-[a-z0-9-]+)?$/.exec(
    name,
  )?.[1];
}

/** Whether a name is one that we give to what has this content. Podman shows it with what it takes for granted. */
export function isBuiltName(name: string, contentHash: string): boolean {
  const tag = /^(?:localhost\/|docker\.io\/library\/)?sluice-build:(.+)$/.exec(name)?.[1];
  return tag === contentHash || tag?.startsWith(`${contentHash}-`) === true;
}
