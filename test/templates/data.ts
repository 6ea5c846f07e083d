import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** The publishers' files for 51 trading days; beside the project unless SLUICE_TEST_DATA says where. */
export const dataFolder = resolve(root, process.env['SLUICE_TEST_DATA'] ?? '../shared/data');
export const templates = resolve(root, 'templates');
