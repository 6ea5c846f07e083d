import { describe, expect, test } from 'vitest';
import type { Found } from './checker.ts';
import {
  announcesNoPublication,
  collectsWithoutFence,
  commitsBeforeItUploads,
  commitsWithoutCondition,
  marksAfterTheManifest,
  publishesOverAnything,
  publishesWithoutLookingAgain,
  type Fault,
} from './faults.ts';
import { checkInterruptions } from './interruptions.ts';
import { clear, gc, litter, make, plan, read, rebuild, skip, type Role } from './roles.ts';

type Case = readonly [string, readonly Role[], Role, Role];

describe('no result is false, wherever one is held up and however far the other gets', () => {
  test.each<Case>([
    ['two runs make the same', [], make, make],
    ['gc collects while a run makes it', [litter], make, gc],
    ['gc collects while a run rebuilds it', [make, litter], rebuild, gc],
    ['a run rebuilds it while gc collects', [make, rebuild, litter], gc, rebuild],
    ['two runs rebuild the same', [make], rebuild, rebuild],
    ['it is cleared while a run rebuilds it', [make], rebuild, clear],
    ['it is rebuilt and skipped', [make], skip, rebuild],
    ['it is cleared while a plan is made', [make], clear, plan],
    ['it is read while it is rebuilt', [make], read, rebuild],
  ])('%s', async (_, before, first, second) => {
    expect(wordsOf(await checkInterruptions(before, first, second))).toBe('');
  });
});

describe('the checker finds a product that', () => {
  test.each<readonly [string, Fault, string, readonly Role[], Role, Role]>([
    ['commits without a condition', commitsWithoutCondition, 'did not know of', [make], rebuild, rebuild],
    ['commits before it uploads', commitsBeforeItUploads, 'without objects/', [], make, read],
    ['collects without a fence', collectsWithoutFence, 'without objects/', [], make, gc],
    ['marks after the manifest', marksAfterTheManifest, 'has no mark', [make], skip, plan],
    ['announces no publication', announcesNoPublication, 'published/', [], make, read],
    ['publishes over anything', publishesOverAnything, 'published/', [make], rebuild, rebuild],
    ['publishes without looking again', publishesWithoutLookingAgain, 'published/', [make], rebuild, rebuild],
  ])('%s', async (_, fault, words, before, first, second) => {
    expect(wordsOf(await checkInterruptions(before, first, second, fault))).toContain(words);
  });
});

/** What broke, and how it came to that. */
function wordsOf(found: Found | undefined): string {
  return found === undefined ? '' : [...found.broken, ...found.trace].join('\n');
}
