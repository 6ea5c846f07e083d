import { BUSYBOX_IMAGE } from '../../parts/busybox-image.ts';
import type { Situation } from './follow.ts';
import type { Place } from './place.ts';
import type { Said, Shell } from './shell.ts';

/** Something that happens to people, up to where they read what to do. */
export interface Scenario {
  readonly name: string;
  readonly places: readonly Place[];
  readonly pipeline: string;
  readonly files?: Readonly<Record<string, string>>;
  /** Types what leads there, and returns all whose words are to be followed. */
  readonly lead: (shell: Shell, place: Place) => Promise<readonly Said[]>;
  /** Commands that have to be among the told ones. */
  readonly tells?: readonly RegExp[];
  readonly situation?: (shell: Shell, place: Place) => Partial<Situation>;
}

export const HEAD = `
defaults: { image: '${BUSYBOX_IMAGE}', pull: never, network: none, retry: { max-attempts: 1 } }
`;

/** Part of no result: what a task does with it may turn from one run to the next. */
export const MOOD = 'secrets: [MOOD]';

/** Types one after the other, and returns what each said. */
export async function typeAll(shell: Shell, lines: readonly string[]): Promise<readonly Said[]> {
  const said: Said[] = [];
  for (const line of lines) said.push(await shell.type(line));
  return said;
}

/** Leads somewhere else than the scenario wants, if it ends otherwise. */
export async function typeEnding(shell: Shell, line: string, status: number): Promise<Said> {
  const said = await shell.type(line);
  if (said.status === status) return said;
  throw new Error(`"${line}" ended with ${said.status}, expected ${status}:\n${said.text}`);
}
