import { describe, expect, it } from 'vitest';
import { mistakes } from './memory-source.ts';

const PARAMS = `params:
  date: { type: date, start: 2024-01-01 }
  half: { type: date, calendar: halves, start: 2024-01-01 }
  first: { type: date, calendar: firsts, start: 2024-01-01 }
  month: { type: month }
  hour: { type: hour }
  minute: { type: minute, step: 15 }
  week: { type: week }
  quarter: { type: quarter }
  desk: { type: string, key: true, default: a }
  size: { type: number, key: true, default: 1 }
  side: { type: choice, key: true, options: [buy, sell], default: buy }
  folder: { type: string, default: a/b }
calendars: { halves: { month-days: [1, 16] }, firsts: { month-days: [1] } }
`;

const publish = (keys: string, path: string, more = '') =>
  mistakes(
    `${PARAMS}tasks:\n  t:\n    { image: alpine, run: echo, params: [${keys}], ${more} outputs: [{ path: a.csv, publish: "${path}" }] }\n`,
  );

const matrix = (values: string): string => `strategy: { matrix: ${values} },`;

describe('a published path', () => {
  it.each([
    ['date', '${{ params.date }}.csv', ''],
    ['date', "${{ params['date'] }}.csv", ''],
    ['date', '${{ (params.Date) }}.csv', ''],
    ['date', "${{ formatDate(params.date, 'yyyyMMdd') }}", ''],
    ['date', "${{ formatDate(params.date, 'yyyy/DDD') }}", ''],
    ['date', "${{ formatDate(params.date, 'd. MMMM yyyy') }}", ''],
    ['date', "${{ formatDate(params.date, 'yyyy') }}/${{ formatDate(params.date, 'MMdd') }}", ''],
    ['first', "${{ formatDate(params.first, 'yyyy-MM') }}", ''],
    ['month', "${{ formatDate(params.month, 'MMM yyyy') }}", ''],
    ['hour', "${{ formatDate(params.hour, 'yyyyMMddHH') }}", ''],
    ['minute', '${{ params.minute }}.csv', ''],
    ['minute', "${{ formatDate(params.minute, 'yyyyMMddHHmm') }}", ''],
    ['week', '${{ params.week }}.csv', ''],
    ['week', "${{ formatDate(params.week, 'YYYY/ww') }}", ''],
    ['date', "${{ formatDate(params.date, 'YYYY-ww-EEE') }}", ''],
    ['quarter', '${{ params.quarter }}x', ''],
    ['quarter', "${{ formatDate(params.quarter, 'yyyyQ') }}", ''],
    ['date, desk', '${{ params.desk }}/${{ params.date }}', ''],
    ['date, desk', '${{ params.desk }}${{ params.date }}', ''],
    ['desk, size', '${{ params.size }}x${{ params.desk }}', ''],
    ['desk, side', '${{ params.desk }}-${{ params.side }}', ''],
    ['date, folder', '${{ params.folder }}/${{ params.date }}', ''],
    ['date', '${{ matrix.s }}${{ params.date }}${{ matrix.t }}.csv', matrix('{ s: [a, b], t: [cc, dd] }')],
    ['date', '${{ params.date }}-${{ matrix.s }}', matrix('{ s: [a-b, c] }')],
  ])('of %s may be %s', async (keys, path, more) => {
    expect(await publish(keys, path, more)).toEqual([]);
  });

  it.each([
    ['half', "${{ formatDate(params.half, 'yyyy-MM') }}", ''],
    ['date', "${{ formatDate(params.date, 'yyyyMd') }}", ''],
    ['date', "${{ formatDate(params.date, 'yyMMdd') }}", ''],
    ['date', "${{ formatDate(addMonths(params.date, 1), 'yyyyMMdd') }}", ''],
    ['date', '${{ startOfMonth(params.date) }}', ''],
    ['date', '${{ weekday(params.date) }}', ''],
    ['date', "${{ params.date == '2024-01-01' }}", ''],
    ['hour', "${{ formatDate(params.hour, 'yyyyMMdd') }}", ''],
    ['minute', "${{ formatDate(params.minute, 'yyyyMMddHH') }}", ''],
    ['week', "${{ formatDate(params.week, 'ww') }}", ''],
    ['week', '${{ startOfWeek(params.week) }}', ''],
    ['date', "${{ formatDate(params.date, 'YYYY-ww') }}", ''],
    ['quarter', "${{ formatDate(params.quarter, 'yyyy') }}", ''],
    ['desk', '${{ lower(params.desk) }}', ''],
    ['desk, size', '${{ params.desk }}-${{ params.size }}', ''],
    ['desk, folder', '${{ params.folder }}/${{ params.desk }}/${{ params.folder }}', ''],
    ['date', '${{ params.date }}/${{ matrix.s }}${{ matrix.t }}', matrix('{ s: [a, ab], t: [bc, c] }')],
    ['date', '${{ params.date }}/${{ matrix.s }}', matrix('{ s: [a/b, a] }')],
  ])('of %s may not be %s', async (keys, path, more) => {
    expect(await publish(keys, path, more)).toEqual([expect.stringContaining('publish-ambiguous')]);
  });

  it('is read through the inputs of a reusable task', async () => {
    const tree = {
      'tasks/t.yaml': `inputs: { to: { required: true } }
image: alpine
run: echo
outputs: [{ path: a.csv, publish: 'r/\${{ inputs.to }}.csv' }]
`,
    };
    const using = (to: string) =>
      mistakes(
        `${PARAMS}tasks:\n  t: { params: [date], uses: ./tasks/t.yaml, with: { to: "${to}" } }\n`,
        tree,
      );
    expect(await using('x-${{ params.date }}')).toEqual([]);
    expect(await using("${{ formatDate(params.date, 'MMdd') }}")).toEqual(['publish-ambiguous 4']);
  });

  it('into a folder ends with the name of the file, or with all that a glob finds', async () => {
    const into = (output: string, path: string) =>
      mistakes(
        `${PARAMS}tasks:\n  t: { image: alpine, run: echo, params: [date, desk], outputs: [{ path: "${output}", publish: "${path}" }] }\n`,
      );
    expect(await into('x/${{ params.date }}.csv', '${{ params.desk }}/')).toEqual([]);
    expect(await into('*.csv', '${{ params.desk }}/${{ params.date }}/')).toEqual([]);
    expect(await into('*.csv', '${{ params.date }}${{ params.desk }}/')).toEqual([]);
    expect(await into('${{ params.date }}/*.csv', '${{ params.desk }}/')).toEqual(['publish-ambiguous 16']);
    expect(await into('${{ params.date }}/a.csv', '${{ params.desk }}/')).toEqual(['publish-ambiguous 16']);
  });
});
