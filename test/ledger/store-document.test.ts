import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  backfillFields,
  claimFields,
  failureFields,
  heartbeatFields,
  manifestFields,
  pipelineFields,
  publicationFields,
  publishedPathFields,
  runFields,
  slotFields,
  storeFields,
  taskFields,
  waitFields,
  tickFields,
} from '../../runner/ledger/records/record-shapes.ts';
import { everyKindOfRecord } from './records/every-record.ts';

interface Row {
  readonly field: string;
  readonly type: string;
}

/** Each section of docs/store.md by its key pattern, with its table. */
const sections = new Map<string, readonly Row[]>(
  readFileSync(join(import.meta.dirname, '../../docs/store.md'), 'utf8')
    .split(/^### /m)
    .slice(1)
    .map((section) => [
      /^`([^`]+)`/.exec(section)?.[1] ?? '',
      [...section.matchAll(/^\| `([^`]+)` *\| ([^|]+?) *\|/gm)].map(([, field = '', type = '']) => ({
        field,
        type,
      })),
    ]),
);

const FIELDS = {
  'store.json': storeFields,
  'pipelines/<pipeline>.json': pipelineFields,
  'tasks/<pipeline>/<task>.json': taskFields,
  'ticks/<pipeline>.json': tickFields,
  'manifests/<instance>.json': manifestFields,
  'failures/<instance>.json': failureFields,
  'waits/<instance>.json': waitFields,
  'claims/<instance>.json': claimFields,
  'publications/<instance>/<attempt>.json': publicationFields,
  'publications/_paths/<sha256 of the path>.json': publishedPathFields,
  'backfills/<id>.json': backfillFields,
  'runs/<run>/run.json': runFields,
  'runs/<run>/heartbeat.json': heartbeatFields,
  'pools/<pool>/<n>.json': slotFields,
};

const EXAMPLES: Readonly<Record<string, RegExp>> = {
  'store.json': /^store\.json$/,
  'pipelines/<pipeline>.json': /^pipelines\/[^/]+\.json$/,
  'tasks/<pipeline>/<task>.json': /^tasks\/[^/]+\/[^/]+\.json$/,
  'ticks/<pipeline>.json': /^ticks\/[^/]+\.json$/,
  'manifests/<instance>.json': /^manifests\/.+\.json$/,
  'exceptions/<instance>/<nonce>': /^exceptions\/.+\/[^/]+$/,
  'failures/<instance>.json': /^failures\/.+\.json$/,
  'waits/<instance>.json': /^waits\/.+\.json$/,
  'claims/<instance>.json': /^claims\/.+\.json$/,
  'publications/<instance>/<attempt>.json': /^publications\/[^_].+\.json$/,
  'publications/_paths/<sha256 of the path>.json': /^publications\/_paths\/[0-9a-f]{64}\.json$/,
  'backfills/<id>.json': /^backfills\/[^/]+\.json$/,
  'runs/<run>/run.json': /^runs\/[^/]+\/run\.json$/,
  'pools/<pool>/<n>.json': /^pools\/.+\/(\d+|next)\.json$/,
  'runs/<run>/heartbeat.json': /^runs\/[^/]+\/heartbeat\.json$/,
  'runs/<run>/logs/<instance>/<attempt>.log': /^runs\/[^/]+\/logs\/.+\.log$/,
};

describe('docs/store.md', () => {
  let written: ReadonlyMap<string, string>;
  beforeAll(async () => {
    written = await everyKindOfRecord();
  });

  it.each(Object.entries(FIELDS))('names every field of %s and no other', (pattern, fields) => {
    const documented = (sections.get(pattern) ?? [])
      .map(({ field }) => field)
      .filter((field) => !/[.[]/.test(field));
    expect(documented).toEqual(Object.keys(fields));
  });

  it.each(Object.keys(FIELDS))('describes %s as it is written', (pattern) => {
    const rows = sections.get(pattern) ?? [];
    const found = new Set<string>();
    for (const [key, text] of written) {
      if (EXAMPLES[pattern]?.test(key) === true)
        for (const path of pathsOf(JSON.parse(text), '', rows)) found.add(path);
    }
    expect([...found].sort()).toEqual(rows.map(({ field, type }) => `${field}: ${kindOf(type)}`).sort());
  });

  it('has a section for every key that is written', () => {
    const unknown = [...written.keys()].filter(
      (key) =>
        !/^(objects|published)\//.test(key) && !Object.values(EXAMPLES).some((pattern) => pattern.test(key)),
    );
    expect(unknown).toEqual([]);
    expect([...sections.keys()].sort()).toEqual(Object.keys(EXAMPLES).sort());
  });
});

/** Every field of a value as `path: kind`; does not look into what the document calls a map or anything. */
function pathsOf(value: unknown, path: string, rows: readonly Row[]): readonly string[] {
  const type = rows.find(({ field }) => field === path)?.type ?? '';
  const own =
    path === '' || path.endsWith('[]') ? [] : [`${path}: ${path === 'request' ? 'any' : kind(value, type)}`];
  if (/^(map|any)\??$/.test(type)) return own;
  if (Array.isArray(value))
    return [...own, ...value.flatMap((item: unknown) => pathsOf(item, `${path}[]`, rows))];
  if (typeof value !== 'object' || value === null) return path.endsWith('[]') ? [] : own;
  return [
    ...own,
    ...Object.entries(value).flatMap(([name, item]: [string, unknown]) =>
      pathsOf(item, path === '' ? name : `${path}.${name}`, rows),
    ),
  ];
}

/** What the document calls a type, without what JSON cannot tell apart. */
function kindOf(type: string): string {
  const plain = type.replace(/\?$/, '');
  if (plain.startsWith('list')) return 'list';
  return plain === 'time' || plain === 'text or null' ? 'text' : plain === 'true' ? 'true or false' : plain;
}

function kind(value: unknown, type: string): string {
  if (value === null) return type === 'text or null' ? 'text' : 'null';
  if (Array.isArray(value)) return 'list';
  if (typeof value === 'object') return type.startsWith('map') ? 'map' : 'object';
  return typeof value === 'string' ? 'text' : typeof value === 'boolean' ? 'true or false' : typeof value;
}
