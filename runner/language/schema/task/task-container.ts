import { choice, list, map, oneOf, template, text } from '../shape/combinators.ts';
import { DEFAULTS } from '../defaults.ts';
import { capability, environmentName, projectPath } from '../shape/format.ts';
import { image } from './image.ts';

/** What a task runs, and with what. */
export const containerKeys = {
  image: {
    shape: image,
    description:
      'The container image: a reference, or the path of a Dockerfile (it begins with `./`), built once for each content of its folder. A task with neither `image` nor `run` only waits for its needs.',
    example: 'image: python:3.12-slim',
  },
  run: {
    shape: text({
      insteadOfExpression:
        'Values reach a script as environment: write "$SLUICE_PARAM_DATE" for params.date, "$SLUICE_MATRIX_VENUE" for matrix.venue, or name one yourself under `env`.',
    }),
    description:
      'The script. `${{ }}` is not allowed in it: values come as environment variables, so that none of them is ever read as code.',
    example: 'run: python scripts/prices.py "$SLUICE_PARAM_DATE"',
  },
  shell: {
    shape: text(),
    description:
      'The program that reads the script, which is its last argument; where `{0}` stands, the path of a file with the script is put in.',
    default: DEFAULTS.shell,
    example: 'shell: bash -euo pipefail',
  },
  entrypoint: {
    shape: oneOf(text(), list(text(), 1)),
    description: 'Replaces the entrypoint of the image, where there is no `run`.',
    default: "the image's",
    example: 'entrypoint: [/bin/load]',
  },
  args: {
    shape: list(template(['params', 'matrix', 'inputs', 'needs'], { asWritten: true })),
    description: 'Arguments for the entrypoint, where there is no `run`.',
    default: "the image's command",
    example: "args: [--date, '${{ params.date }}']",
  },
  user: {
    shape: text({ asWritten: true }),
    description: 'User (and group) in the container.',
    default: "the image's",
    example: 'user: 1000:1000',
  },
  'working-directory': {
    shape: text(),
    description: 'Where the script starts. `files` are laid below `/workspace`.',
    default: '/workspace',
    example: 'working-directory: /workspace/scripts',
  },
  env: {
    shape: map('environment', {
      called: 'environment variable',
      name: environmentName,
      shape: template(['params', 'matrix', 'inputs', 'needs'], { asWritten: true }),
    }),
    description: 'Environment variables. Values stay as they are written: `1.10` is `1.10`.',
    example: "env: { BASE_URL: 'https://example.org', LIMIT: 50 }",
  },
  secrets: {
    shape: list(text({ format: environmentName })),
    description:
      'Variables taken from the environment of sluice, then from `--env-file`, and masked in every log. `plan` does not ask for them; a run that would start such a task stops before anything runs where one is missing.',
    example: 'secrets: [API_KEY]',
  },
  files: {
    shape: list(text({ format: projectPath })),
    description:
      'Files of the project that the script needs, globs too: laid below `/workspace` and part of the fingerprint, so that a change makes results stale.',
    example: 'files: [scripts/prices.py]',
  },
  network: {
    shape: choice('bridge', 'none'),
    description: '`none`: no network but loopback.',
    default: DEFAULTS.network,
    example: 'network: none',
  },
  pull: {
    shape: choice('missing', 'always', 'never'),
    description: 'When the image is pulled: once in a run, however many tasks wait for it.',
    default: DEFAULTS.pull,
    example: 'pull: always',
  },
  'cap-add': {
    shape: list(text({ format: capability })),
    description: 'Linux capabilities beyond the usual `CHOWN DAC_OVERRIDE FOWNER FSETID SETUID SETGID KILL`.',
    example: 'cap-add: [NET_BIND_SERVICE]',
  },
  'cap-drop': {
    shape: list(text({ format: capability })),
    description: 'Capabilities to take away; `ALL` takes all.',
    example: 'cap-drop: [ALL]',
  },
} as const;
