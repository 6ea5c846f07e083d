import { map, object, oneOf, template, text } from '../shape/combinators.ts';
import { environmentName, projectPath } from '../shape/format.ts';

export const image = oneOf(
  template(['params', 'matrix', 'inputs']),
  object('an image', {
    dockerfile: {
      shape: text({ format: projectPath }),
      required: true,
      description:
        'Path of a Dockerfile; its folder is the context. What only BuildKit knows (`RUN --mount`, here documents, `COPY --chmod`, `--link`) is built by the engine’s own, if that is new enough; an image that a `# syntax=` line names is fetched by the engine first. Secrets and SSH keys of a build are not handed on.',
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
  }),
);
