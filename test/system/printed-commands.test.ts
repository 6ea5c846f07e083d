import type Dockerode from 'dockerode';
import { beforeAll, describe, expect, it } from 'vitest';
import { busyboxImage } from '../parts/busybox-image.ts';
import { dockerPart } from '../parts/docker.ts';
import { removeContainers } from './leftovers.ts';
import { follow } from './printed/follow.ts';
import { SCENARIOS } from './printed/scenarios.ts';

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
  it.each(PLAYED)('$name', { timeout: 300_000 }, async ({ scenario, place }) => {
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
});
