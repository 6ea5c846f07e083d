import { map, object, oneOf, template, text } from '../shape/combinators.ts';
import { environmentName, projectPath } from '../shape/format.ts';

const NO_SECRETS =
  'Secrets and SSH keys are not handed to a build: fetch what needs one in a task that lists it under `secrets`, or build the image elsewhere and name it by `image: <reference>`.';

export const image = oneOf(
  template(['params', 'matrix', 'inputs']),
  object(
    'an image',
    {
      dockerfile: {
        shape: text({ format: projectPath }),
        required: true,
        description:
          'Path of a Dockerfile; its folder is the context. What only BuildKit knows (`RUN --mount`, here documents, `COPY --chmod`, `--link`) is built by the engine’s own, if that is new enough; an image that a `# syntax=` line names is fetched by the engine first. Secrets and SSH keys are not handed to a build (`RUN --mount=type=secret` and `type=ssh` are refused): fetch what needs one in a task that lists it under `secrets`, or build the image elsewhere and name it.',
        example: 'dockerfile: image/Dockerfile',
      },
      'build-args': {
        shape: map('build arguments', {
          called: 'build argument',
          name: environmentName,
          shape: text({ asWritten: true }),
        }),
        description: 'Values of the `ARG` lines of the Dockerfile. They enter the image’s content hash.',
        example: "build-args: { PYTHON: '3.12' }",
      },
      target: {
        shape: text({ asWritten: true }),
        description: 'The stage of the Dockerfile that is wanted. Default: its last.',
        example: 'target: runtime',
      },
    },
    {
      instead: {
        'build-secrets': NO_SECRETS,
        secrets: NO_SECRETS,
        ssh: NO_SECRETS,
        args: 'Write `build-args`.',
        context: 'The folder of the Dockerfile is the context: put the Dockerfile into it.',
      },
    },
  ),
);
