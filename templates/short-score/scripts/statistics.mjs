/** @param {readonly number[]} values */
export function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Of a sample (n − 1). */
export function standardDeviation(values) {
  const centre = mean(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (values.length - 1));
}

/**
 * How far a value is from its own history, in standard deviations. Undefined with less than `atLeast` values of
 * history, or with one that never moved.
 */
export function zScore(value, history, atLeast) {
  if (history.length < atLeast) return undefined;
  const deviation = standardDeviation(history);
  return deviation < 1e-12 ? undefined : (value - mean(history)) / deviation;
}

/**
 * 0 for the lowest, 100 for the highest, equal values get the middle of their places. Values without a unit in
 * common can then be added. Undefined values get undefined and do not count.
 * @param {readonly (number | undefined)[]} values
 */
export function percentileRanks(values) {
  const sorted = values.filter((value) => value !== undefined).sort((a, b) => a - b);
  const places = new Map();
  sorted.forEach((value, index) => {
    const place = places.get(value);
    if (place === undefined) places.set(value, { first: index, last: index });
    else place.last = index;
  });
  return values.map((value) => {
    if (value === undefined) return undefined;
    if (sorted.length === 1) return 50;
    const { first, last } = places.get(value);
    return (100 * (first + last)) / 2 / (sorted.length - 1);
  });
}
