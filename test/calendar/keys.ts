import type { TimeKey } from '../../runner/model/time.ts';

/** Time keys as a pipeline would declare them. */
export const date: TimeKey = { name: 'date', type: 'date', timezone: 'UTC' };

export const nyse: TimeKey = {
  name: 'date',
  type: 'date',
  timezone: 'America/New_York',
  start: '2020-12-01',
  calendar: {
    kind: 'weekdays',
    name: 'nyse',
    weekdays: [1, 2, 3, 4, 5],
    holidays: ['2020-12-25', '2021-01-01', '2021-01-18', '2021-02-15'],
    through: '2021-12-31',
  },
};

export const half: TimeKey = {
  name: 'half',
  type: 'date',
  timezone: 'America/New_York',
  start: '2020-11-16',
  calendar: { kind: 'month-days', name: 'halves', days: [1, 16] },
};

export const month: TimeKey = { name: 'month', type: 'month', timezone: 'America/New_York' };
export const year: TimeKey = { name: 'year', type: 'year', timezone: 'UTC' };
export const hour: TimeKey = { name: 'hour', type: 'hour', timezone: 'America/New_York' };
export const week: TimeKey = { name: 'week', type: 'week', timezone: 'America/New_York' };
export const quarter: TimeKey = { name: 'quarter', type: 'quarter', timezone: 'America/New_York' };
export const minute: TimeKey = { name: 'minute', type: 'minute', step: 15, timezone: 'America/New_York' };
