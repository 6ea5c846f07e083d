/**
 * Proofs by repetition repeat more often with `SLUICE_TEST_THOROUGH=1`: for whoever changes how results become whole, and has
 * an hour. What is proved is the same.
 */
export const isThorough = process.env['SLUICE_TEST_THOROUGH'] === '1';
