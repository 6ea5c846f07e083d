import { HEAD } from './scenario.ts';

export const MISTYPED = `
params:
  date: { type: date, start: 2026-01-01 }
  top: { type: number, default: 5 }
${HEAD}
tasks:
  count: { params: [date, top], run: 'true' }
  legs: { params: [date], strategy: { matrix: { leg: [quick, slow] } }, run: 'true' }
`;

/** What was typed, and the word in it that is another than was meant. */
export const SLIPS: readonly { readonly line: string; readonly slip: string }[] = [
  { line: 'sluice plna lone', slip: 'plna' },
  { line: 'sluice store chek', slip: 'chek' },
  { line: 'sluice plan lonee', slip: 'lonee' },
  { line: 'sluice plan lone cuont', slip: 'cuont' },
  { line: 'sluice plan count', slip: 'count' },
  { line: 'sluice plan lone --rebuld stale', slip: '--rebuld' },
  { line: 'sluice plan lone --rebuild stael', slip: 'stael' },
  { line: 'sluice plan lone --only mising', slip: 'mising' },
  { line: 'sluice plan lone --topp 20', slip: '--topp' },
  { line: 'sluice plan lone --dat 2026-01-02', slip: '--dat' },
  { line: 'sluice plan lone --date 2026-01-32', slip: '2026-01-32' },
  { line: 'sluice plan lone --date 2026-01-03..2026-01-01', slip: '2026-01-03..2026-01-01' },
  { line: 'sluice plan lone legs --leg qick', slip: 'qick' },
  { line: 'sluice why lone/count/date=2026-13-01', slip: '2026-13-01' },
  { line: 'sluice --project . plan lone', slip: '--project' },
];
