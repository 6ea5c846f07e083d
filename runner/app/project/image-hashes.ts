import { imageHash } from '../../compose.ts';
import type { Pipeline, Task } from '../../model/pipeline.ts';
import type { OpenedProject } from './open-project.ts';

/** The pipelines with the content hash of every image that is built; a context in use twice is read once. */
export async function withImageHashes(opened: OpenedProject): Promise<ReadonlyMap<string, Pipeline>> {
  const hashes = new Map<string, Promise<string>>();
  const withHash = async (task: Task): Promise<Task> => {
    const { image } = task;
    if (image?.kind !== 'dockerfile') return task;
    const key = JSON.stringify([image.path, image.buildArgs, image.target]);
    const hash = hashes.get(key) ?? imageHash(opened.project.root, image);
    hashes.set(key, hash);
    return { ...task, image: { ...image, contentHash: await hash } };
  };
  const pipelines = await Promise.all(
    [...opened.pipelines].map(async ([name, pipeline]): Promise<[string, Pipeline]> => {
      const tasks = await Promise.all(
        Object.entries(pipeline.tasks).map(async ([task, value]) => [task, await withHash(value)] as const),
      );
      return [name, { ...pipeline, tasks: Object.fromEntries(tasks) }];
    }),
  );
  return new Map(pipelines);
}
