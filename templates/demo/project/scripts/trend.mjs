// One measure over the months of the window: a value a month, with its low and high where it has them.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';

const MEASURES = {
  temperature: (days) => ({
    value: mean(days.map((day) => (day.temp_max + day.temp_min) / 2)),
    low: mean(days.map((day) => day.temp_min)),
    high: mean(days.map((day) => day.temp_max)),
  }),
  rain: (days) => ({ value: days.reduce((sum, day) => sum + day.precipitation, 0) }),
  wind: (days) => ({
    value: mean(days.map((day) => day.wind)),
    low: Math.min(...days.map((day) => day.wind)),
    high: Math.max(...days.map((day) => day.wind)),
  }),
};

const measure = process.env.SLUICE_MATRIX_MEASURE;
// A window's members stand in /inputs/weather/month=2012-01/, month=2012-02/, …
const rows = readdirSync('/inputs/weather')
  .sort()
  .map((folder) => {
    const { value, low, high } = MEASURES[measure](readDays(`/inputs/weather/${folder}/weather.csv`));
    return [folder.slice('month='.length), value, low, high].map(format).join(',');
  });
writeFileSync('/outputs/trend.csv', `${['month,value,low,high', ...rows].join('\n')}\n`);
console.log(`${measure}: ${rows.length} months`);

function readDays(file) {
  const [header, ...lines] = readFileSync(file, 'utf8').trim().split('\n');
  const names = header.split(',');
  return lines.map((line) =>
    Object.fromEntries(line.split(',').map((field, index) => [names[index], Number(field)])),
  );
}

function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function format(field) {
  return typeof field === 'number' ? field.toFixed(2) : (field ?? '');
}
