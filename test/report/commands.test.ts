import { describe, expect, it } from 'vitest';
import { createCompletion } from '../../runner/report/commands.ts';

describe('a command in our words', () => {
  it('stays as it is where nothing but the words was typed', () => {
    expect(createCompletion({})('again: sluice run p')).toBe('again: sluice run p');
  });

  it('gets the project and the store, each quoted for a shell', () => {
    const complete = createCompletion({ project: '../my etl', store: 's3://b/x' });
    expect(complete('make it anew: sluice run p/a/_ --rebuild all, then sluice store check --deep')).toBe(
      "make it anew: sluice run --project '../my etl' --store s3://b/x p/a/_ --rebuild all, then sluice store check --project '../my etl' --store s3://b/x --deep",
    );
  });

  it('gets the file of secrets where a task is run', () => {
    const complete = createCompletion({ envFile: '.env' });
    expect(complete('sluice repro p/a/_ --exec, sluice logs p/a/_')).toBe(
      'sluice repro --env-file .env p/a/_ --exec, sluice logs p/a/_',
    );
  });

  it('gets the engine only where one is asked', () => {
    const complete = createCompletion({ engine: 'tcp://far:2375' });
    expect(complete('sluice logs p/a/_ or sluice repro p/a/_')).toBe(
      'sluice logs p/a/_ or sluice repro --engine tcp://far:2375 p/a/_',
    );
  });

  it('gets the file, or its folder where no pipeline is asked for', () => {
    const complete = createCompletion({ file: './jobs/lone.yaml' });
    expect(complete('sluice why lone/a/_')).toBe('sluice why ./jobs/lone.yaml lone/a/_');
    expect(complete('sluice gc removes it')).toBe('sluice gc --project ./jobs removes it');
    expect(createCompletion({ file: 'lone.yaml' })('sluice gc')).toBe('sluice gc');
    expect(complete('sluice backfill show x')).toBe('sluice backfill show --project ./jobs x');
  });

  it('goes on with a backfill where it was begun: with its file, its engine and its secrets', () => {
    const where = { file: './jobs/lone.yaml', store: '../st', engine: 'tcp://far:2375', envFile: '.env' };
    expect(createCompletion(where)('sluice backfill resume x')).toBe(
      'sluice backfill resume --store ../st --engine tcp://far:2375 --env-file .env ./jobs/lone.yaml x',
    );
  });

  it('is left alone where it was typed whole', () => {
    const complete = createCompletion({ project: 'x', file: 'l.yaml' });
    expect(complete('sluice run l.yaml --project x --resume r')).toBe(
      'sluice run l.yaml --project x --resume r',
    );
  });

  it('is none where a task said it, or another word begins like it', () => {
    const complete = createCompletion({ project: 'x' });
    const quoted = '  \u001b[2m│\u001b[0m type: sluice run p';
    expect(complete(quoted)).toBe(quoted);
    expect(complete('sluice running, sluice-build:1, sluice init')).toBe(
      'sluice running, sluice-build:1, sluice init',
    );
  });
});
