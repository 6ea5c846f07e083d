import { describe, expect, it } from 'vitest';
import { stretches } from '../../../runner/stores/s3/stretches.ts';

describe('the stretches of a listing', () => {
  it('are one without splits', () => {
    expect(stretches({})).toEqual([{}]);
    expect(stretches({ after: 'a', to: 'z' })).toEqual([{ after: 'a', to: 'z' }]);
  });

  it('meet at the splits and cover what lies between the bounds', () => {
    expect(stretches({ splits: ['c', 'f'] })).toEqual([{ to: 'c' }, { after: 'c', to: 'f' }, { after: 'f' }]);
    expect(stretches({ after: 'b', to: 'h', splits: ['c', 'f'] })).toEqual([
      { after: 'b', to: 'c' },
      { after: 'c', to: 'f' },
      { after: 'f', to: 'h' },
    ]);
  });

  it('pass over splits that are on the bounds or outside', () => {
    expect(stretches({ after: 'c', to: 'f', splits: ['a', 'c', 'd', 'f', 'g'] })).toEqual([
      { after: 'c', to: 'd' },
      { after: 'd', to: 'f' },
    ]);
  });
});
