import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import Dockerode from 'dockerode';
import { beforeAll, expect, it } from 'vitest';
import { busyboxImage, BUSYBOX_IMAGE } from '../parts/busybox-image.ts';
import { sluice } from './cli.ts';
import { layOut } from './project.ts';

const docker = new Dockerode();
beforeAll(async () => {
  await busyboxImage(docker);
});

/** The names of those built images that have the mark. */
async function builtWith(mark: string): Promise<readonly string[]> {
  const images = await docker.listImages({ filters: { reference: ['sluice-build'] } });
  const names: string[] = [];
  for (const { Id } of images) {
    // Other tests build and remove at the same time.
    const image = await docker
      .getImage(Id)
      .inspect()
      .catch(() => undefined);
    if (image?.Config.Env?.includes(`MARK=${mark}`) === true) names.push(...(image.RepoTags ?? []));
  }
  return names.toSorted();
}

async function removeAll(names: readonly string[]): Promise<void> {
  for (const name of names) await docker.getImage(name).remove({ force: true });
}

it('gc removes what was built and what no pipeline asks for any more, where it is certain what they ask for', async () => {
  // No other test's image has this content.
  const mark = randomBytes(6).toString('hex');
  const dockerfile = (version: number) => `FROM ${BUSYBOX_IMAGE}\nENV MARK=${mark} VERSION=${version}\n`;
  const pipeline = `tasks:\n  say: { image: ./image/Dockerfile, network: none, run: 'echo $VERSION' }\n`;
  await using project = await layOut({
    'pipelines/p.yaml': pipeline,
    'image/Dockerfile': dockerfile(1),
  });
  const run = (...words: readonly string[]) => sluice(project.folder, words);
  const built = () => builtWith(mark);
  try {
    expect(await run('run', 'p')).toMatchObject({ status: 0 });
    const [first = ''] = await built();
    await writeFile(project.path('image/Dockerfile'), dockerfile(2));
    expect(await run('run', 'p', '--rebuild', 'stale')).toMatchObject({ status: 0 });
    const [second = ''] = (await built()).filter((name) => name !== first);
    expect(second).toMatch(/^sluice-build:[0-9a-f]{64}$/);

    await writeFile(project.path('pipelines/broken.yaml'), 'tasks: 1\n');
    const broken = await run('gc');
    expect(broken.status).toBe(0);
    expect(broken.stdout).toContain(
      'kept all images that were built here: what is still asked for cannot be read: pipelines/broken.yaml:1: ',
    );
    await writeFile(project.path('pipelines/broken.yaml'), pipeline);
    const away = await run('gc', '--engine', 'unix:///nowhere.sock');
    expect(away.status).toBe(0);
    expect(away.stdout).toContain('kept all images that were built here: no engine was asked: ');
    expect(await built()).toEqual([first, second].toSorted());

    const dry = await run('gc', '--dry-run');
    expect(dry.stdout).toContain(`would remove the image ${first}\n`);
    expect(dry.stdout).not.toContain(second);
    expect(await built()).toEqual([first, second].toSorted());

    const { stdout } = await run('gc', '--json');
    expect(JSON.parse(stdout)).toMatchObject({ images: { removed: [first], kept: [] } });
    expect(await built()).toEqual([second]);
  } finally {
    await removeAll(await built());
  }
});

it('gc leaves the images of a file that is run by its path', async () => {
  const mark = randomBytes(6).toString('hex');
  const image = `FROM ${BUSYBOX_IMAGE}\nENV MARK=${mark}\n`;
  await using project = await layOut({
    'pipelines/p.yaml': `tasks: { a: { image: '${BUSYBOX_IMAGE}', run: 'true' } }\n`,
    'lone.yaml': 'tasks: { a: { image: ./image/Dockerfile, network: none, run: "true" } }\n',
    'image/Dockerfile': image,
  });
  const { status, stderr } = await sluice(project.folder, ['run', './lone.yaml']);
  expect({ status, stderr }).toMatchObject({ status: 0 });
  const gone = await sluice(project.folder, ['gc', '--json']);
  expect(JSON.parse(gone.stdout)).toMatchObject({ images: { removed: [], kept: [] } });
  const stayed = await builtWith(mark);
  await removeAll(stayed);
  expect(stayed).toHaveLength(1);
});

it('gc names what an older sluice built for nobody, with a command that removes it', async () => {
  const tag = randomBytes(32).toString('hex');
  const name = `sluice-build:${tag}`;
  await using project = await layOut({
    'pipelines/p.yaml': `tasks: { a: { image: '${BUSYBOX_IMAGE}', network: none, run: "true" } }\n`,
  });
  expect(await sluice(project.folder, ['run', 'p'])).toMatchObject({ status: 0 });
  const container = await docker.createContainer({ Image: BUSYBOX_IMAGE, Cmd: ['true'] });
  await container.commit({ repo: 'sluice-build', tag });
  await container.remove();
  try {
    const { status, stdout } = await sluice(project.folder, ['gc']);
    expect(status).toBe(0);
    const command = /where no project needs them: docker image rm (.+)$/m.exec(stdout)?.[1] ?? '';
    expect(command.split(' ')).toContain(name);
    expect(stdout).not.toContain(`removed the image ${name}`);
  } finally {
    await docker.getImage(name).remove();
  }
});
