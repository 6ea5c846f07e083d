import { boolean, integer, list, map, object, oneOf, text } from './shape/combinators.ts';
import { DEFAULTS } from './defaults.ts';
import { environmentName, nameFormat, projectName, size } from './shape/format.ts';
import { REBUILD_DEFAULT, rebuildDefault } from './rebuild.ts';
import { store } from './store.ts';

/** `sluice.yaml`. */
export const projectFile = object(
  'the project',
  {
    project: {
      shape: text({ format: projectName }),
      description:
        'Whose the pipelines are, on a store that several projects use: another project’s pipeline of one name is refused. The default is the name in the address of the git remote `origin`, without one the name of the repository’s top folder, and after it the path of the project below that folder; without a repository it is the name of the project’s folder. Write it where the folder is not everywhere the same, as in a container that is given only the folder.',
      default: "the repository's or the folder's name",
      example: 'project: shop-etl',
    },
    store: {
      shape: oneOf(text(), store),
      description:
        'Where results and their records are kept: a folder, relative to this file, or `s3://bucket/prefix`. As an object with what a bucket needs to be told (see `docs/stores.md`). `--store` and `SLUICE_STORE` come first, then none of these settings counts.',
      default: DEFAULTS.store,
      example: 'store: s3://acme-data/sluice',
    },
    engine: {
      shape: oneOf(
        text(),
        object('an engine', {
          host: {
            shape: text(),
            description: 'Address of the engine.',
            example: 'host: unix:///run/podman/podman.sock',
          },
        }),
      ),
      description:
        'The container engine: `unix:///…`, `tcp://…` or `npipe:…`. `--engine`, `SLUICE_ENGINE` come first.',
      default: '`DOCKER_HOST`, then the usual sockets',
      example: 'engine: unix:///var/run/docker.sock',
    },
    concurrency: {
      shape: integer({ min: 1, max: 10_000 }),
      description: 'How many containers run at once.',
      default: DEFAULTS.concurrency,
      example: 'concurrency: 8',
    },
    rebuild: {
      shape: rebuildDefault,
      description: `${REBUILD_DEFAULT} A pipeline's own \`rebuild\` comes first.`,
      default: DEFAULTS.rebuild,
      example: 'rebuild: stale',
    },
    pools: {
      shape: map('pools', {
        called: 'pool',
        name: nameFormat('a pool name', 'db'),
        shape: integer({ min: 1, max: 10_000 }),
      }),
      description: 'Slots of what is scarce: tasks take them by `pool`.',
      example: 'pools: { db: 4 }',
    },
    cache: {
      shape: oneOf(
        boolean,
        object('a cache', {
          size: {
            shape: text({ format: size, asWritten: true }),
            description: 'At most so much; what was not used for longest goes first.',
            default: "10 GiB, at most half of the disk's free space",
            example: 'size: 20g',
          },
        }),
      ),
      description:
        'Inputs from a bucket are kept on this machine by their sha256, below `$XDG_CACHE_HOME` or `~/.cache`, so that what many tasks read is downloaded once; `false`: they are not. `SLUICE_CACHE` (`false` or a size) comes first.',
      default: true,
      example: 'cache: { size: 20g }',
    },
    notify: {
      shape: object('notify', {
        slack: {
          shape: object('slack', {
            webhook: {
              shape: text({ format: environmentName }),
              required: true,
              description: 'The environment variable that holds the webhook’s address.',
              example: 'webhook: SLACK_WEBHOOK',
            },
          }),
          description: 'Messages to a Slack channel.',
          example: 'slack: { webhook: SLACK_WEBHOOK }',
        },
        email: {
          shape: object('email', {
            smtp: {
              shape: text({ format: environmentName }),
              required: true,
              description: 'The environment variable that holds the server, `smtp://user:password@host:587`.',
              example: 'smtp: SMTP_URL',
            },
            from: {
              shape: text(),
              required: true,
              description: 'The sender.',
              example: 'from: sluice@example.org',
            },
            to: {
              shape: list(text(), 1),
              required: true,
              description: 'The receivers.',
              example: 'to: [oncall@example.org]',
            },
          }),
          description: 'Mail.',
          example: 'email: { smtp: SMTP_URL, from: sluice@example.org, to: [oncall@example.org] }',
        },
      }),
      description: 'Whom to tell of incidents.',
      example: 'notify: { slack: { webhook: SLACK_WEBHOOK } }',
    },
  },
  {
    extensible: true,
    instead: {
      pipelines: 'Pipelines are the files in `pipelines/`.',
      tasks: 'Tasks belong to a pipeline: write them in `pipelines/<name>.yaml`.',
      timezone: 'The time zone belongs to a pipeline: write it there.',
    },
  },
);
