import { map, object, oneOf, template, text } from './combinators.ts';
import { environmentName, projectPath } from './format.ts';

export const image = oneOf(
  template(['params', 'matrix', 'inputs']),
  object('an image', {
    dockerfile: {
      shape: text({ format: projectPath }),
      required: true,
      description: 'Path of a Dockerfile; its folder is the context.',
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
  }),
);
