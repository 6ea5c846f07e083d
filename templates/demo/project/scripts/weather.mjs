// One month of the daily file.
import { readFileSync, writeFileSync } from 'node:fs';

const month = process.env.SLUICE_PARAM_MONTH;
const [header, ...days] = readFileSync('data/seattle-weather.csv', 'utf8').trim().split('\n');
const own = days.filter((day) => day.startsWith(`${month}-`));

// 66 tells sluice: there is nothing for this month and never will be.
if (own.length === 0) process.exit(66);

writeFileSync('/outputs/weather.csv', `${[header, ...own].join('\n')}\n`);
console.log(`${own.length} days in ${month}`);
