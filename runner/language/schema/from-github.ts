/** Keys of GitHub's jobs that have another form here. */
export const fromGitHub = {
  steps: 'A task is one script in one container: put the commands into `run`, or make several tasks.',
  'runs-on': 'A task runs in a container: name its `image`.',
  container: 'Write `image: <reference>` directly in the task.',
  services: 'There are no service containers: reach a service by its address.',
  permissions: 'Remove it: permissions belong to the workflow that calls sluice.',
  environment: 'Variables are written under `env`, secrets under `secrets`.',
  name: 'The key of a task is its name; a longer text goes into `description`.',
  script: 'The script is written under `run`.',
  command: 'A script is written under `run`, arguments of the image under `args`.',
  'depends-on': 'Write `needs`.',
  depends_on: 'Write `needs`.',
  retries: 'Write `retry: { max-attempts: N }`.',
  timeout: 'Write `timeout-minutes`.',
  volumes:
    'Host folders are not mounted: name `files` of the project, or read what other tasks made below /inputs.',
  privileged: 'Containers are never privileged: name what is missing under `cap-add`.',
} as const;
