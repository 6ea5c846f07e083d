import { keyProblem } from '../../model/key.ts';
import { isInstanceId, isKeyName, isPipelineName } from '../../model/partition.ts';
import { isProjectName } from '../../model/project-name.ts';
import { isAttemptId, isRunId } from '../../model/run-id.ts';
import { matching, type Expectation } from './expectation.ts';

/** Names in a record become keys, paths and labels: by these shapes they can be nothing else. */
export const instance: Expectation = matching(
  isInstanceId,
  'an instance such as pipeline/task/date=2021-01-29',
);
export const attempt: Expectation = matching(isAttemptId, 'an attempt such as 20210129T220000Z-1a2b3c-1');
export const run: Expectation = matching(isRunId, 'a run such as 20210129T220000Z-1a2b3c');
export const pipeline: Expectation = matching(isPipelineName, 'the name of a pipeline');
export const project: Expectation = matching(isProjectName, 'the name of a project');
export const keyName: Expectation = matching(isKeyName, 'the name of a key');
export const nonce: Expectation = matching(isNonce, 'a nonce of letters, digits, `_` and `-`');

/** It names a folder of the cache and is a label of containers. */
export const storeId: Expectation = matching(isNonce, 'an id of at most 128 letters, digits, `_` and `-`');

/** Of an output: below the prefix of an attempt, and below folders of this machine. */
export const objectPath: Expectation = matching(
  (path) => keyProblem(`objects/${path}`) === undefined,
  'a path of an output',
);

export const publishedPath: Expectation = matching(
  (path) => keyProblem(`published/${path}`) === undefined,
  'a path below published/',
);

export function isNonce(text: string): boolean {
  return /^[A-Za-z0-9_-]{1,128}$/.test(text);
}
