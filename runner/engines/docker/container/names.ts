import { randomBytes } from 'node:crypto';

/** The same for every try of one attempt, so that a second one finds the first. */
export function taskName(attempt: string): string {
  return `sluice-${attempt}`;
}

export function newHolderName(): string {
  return `sluice-holder-${randomBytes(6).toString('hex')}`;
}

export function newProbeName(): string {
  return `sluice-probe-${randomBytes(6).toString('hex')}`;
}

/** Whether a container's name is the one that sluice gives to what has these labels. */
export function isNameOf(name: string, labels: Readonly<Record<string, string>>): boolean {
  switch (labels['sluice.kind']) {
    case 'task':
      return labels['sluice.attempt'] !== undefined && name === taskName(labels['sluice.attempt']);
    case 'holder':
      return /^sluice-holder-[0-9a-f]{12}$/.test(name);
    case 'probe':
      return /^sluice-probe-[0-9a-f]{12}$/.test(name);
    default:
      return false;
  }
}
