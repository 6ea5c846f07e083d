import type Dockerode from 'dockerode';
import { beforeAll, describe, expect, it } from 'vitest';
import { busyboxImage } from '../parts/busybox-image.ts';
import { dockerPart } from '../parts/docker.ts';
import { removeContainers } from './leftovers.ts';
import { commandsIn } from './printed/commands-in.ts';
import { follow } from './printed/follow.ts';
import { inTheProject } from './printed/place.ts';
import { SCENARIOS } from './printed/scenarios.ts';
import { MISTYPED, SLIPS } from './printed/slips.ts';

let docker: Dockerode;

beforeAll(async () => {
  ({ docker } = await dockerPart());
  await busyboxImage(docker);
});

/** Each is played where it is told from: all that any command told to type is typed there. */
const PLAYED = SCENARIOS.flatMap((scenario) =>
  scenario.places.map((place) => ({ name: `${scenario.name}, ${place.name}`, scenario, place })),
);

describe.concurrent('what a command tells to type does what is said', () => {
  for (const { name, scenario, place } of PLAYED) {
    it(`where ${name}`, { timeout: 300_000 }, async () => {
      using shell = place.open(scenario.pipeline, scenario.files);
      try {
        const told = await scenario.lead(shell, place);
        const commands = told.flatMap((said) => said.commands);
        expect(commands, 'commands that are told').not.toEqual([]);
        for (const wanted of scenario.tells ?? []) expect(commands.join('\n')).toMatch(wanted);
        const untrue = await follow({ ...scenario.situation?.(shell, place), shell, place }, told);
        expect(untrue).toEqual([]);
      } finally {
        await removeContainers(docker, shell.path(place.store));
      }
    });
  }
});

describe.concurrent('what a slip of the pen is answered with is accepted', () => {
  for (const { line, slip } of SLIPS) {
    it(`answers ${line}`, async () => {
      using shell = inTheProject.open(MISTYPED);
      const { status, text } = await shell.type(line);
      expect(status).toBe(2);
      const [, meant] = /(?:Did you mean|pipeline before it,) `?([^`?]+)/.exec(text) ?? [];
      const mended = meant === undefined ? commandsIn(text, line)[0] : line.replace(slip, meant);
      // 4: there is no store yet.
      expect([0, 4], `${text}${mended}`).toContain((await shell.type(mended ?? 'nothing is told')).status);
    });
  }
});
