import { describe, expect, it } from 'vitest';
import { reasonOf, whoOf } from '../../../runner/app/hand/who.ts';

describe('who does something by hand', () => {
  const all = {
    by: 'flag',
    env: { SLUICE_BY: 'variable', GITHUB_ACTOR: 'actor' },
    gitName: 'git',
    login: 'login',
  };

  it('is said by the first of flag, variables, git and login', () => {
    expect(whoOf(all)).toBe('flag');
    expect(whoOf({ ...all, by: undefined })).toBe('variable');
    expect(whoOf({ ...all, by: ' ', env: { SLUICE_BY: '', GITHUB_ACTOR: 'actor' } })).toBe('actor');
    expect(whoOf({ env: {}, gitName: 'git', login: 'login' })).toBe('git');
    expect(whoOf({ env: {}, login: 'login' })).toBe('login');
    expect(() => whoOf({ env: {} })).toThrow('nobody says who does this');
  });

  it('is one line, whatever was given', () => {
    expect(whoOf({ by: ' anna\n\u001b[31m lee\t', env: {} })).toBe('anna [31m lee');
    expect(() => whoOf({ by: 'a'.repeat(201), env: {} })).toThrow('at most 200 characters');
    expect(reasonOf('one\r\ntwo')).toBe('one two');
    expect(reasonOf('\n')).toBeUndefined();
    expect(() => reasonOf('a'.repeat(1001))).toThrow('at most 1000 characters');
  });
});
