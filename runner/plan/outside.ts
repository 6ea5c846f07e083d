import type { InstanceId } from '../model/partition.ts';
import type { Knowledge } from '../model/plan.ts';
import type { Scope } from './scope/scope.ts';
import type { TaskTable } from './scope/tables.ts';
import { mayExist } from './scope/time-keys.ts';

/** Results between those that are looked at whose date is none any more: nothing reads them, and nobody would ask. */
export function outsideWarnings(scope: Scope, { manifests }: Knowledge): readonly string[] {
  const tables = new Map<string, TaskTable>();
  let known = 0;
  for (const { table, id } of scope.instances) {
    if (!table.foreign && table.timeKey !== undefined)
      tables.set(`${table.pipeline.name}/${table.task.name}`, table);
    if (manifests.has(id)) known += 1;
  }
  // Nearly always: 100,000 names need not be read.
  if (known === manifests.size) return [];
  const outside = new Map<TaskTable, InstanceId[]>();
  for (const id of manifests.keys()) {
    const [pipeline = '', task = '', first = ''] = id.split('/', 3);
    const table = tables.get(`${pipeline}/${task}`);
    const key = table?.timeKey;
    if (table === undefined || key === undefined || !first.startsWith(`${key.name}=`)) continue;
    if (mayExist(key, first.slice(key.name.length + 1))) continue;
    const before = outside.get(table);
    if (before === undefined) outside.set(table, [id]);
    else before.push(id);
  }
  return [...outside].map(([{ task }, ids]) => {
    const [results, have] = ids.length === 1 ? ['result', 'has'] : ['results', 'have'];
    return `${ids.length.toLocaleString('en-US')} ${results} of ${task.name} in this range ${have} no partition any more, by its calendar or start: ${outsideWords(ids)}`;
  });
}

const NAMED = 3;

/** `date=2021-01-18, date=2021-02-15: sluice ls sales/prices` */
export function outsideWords(ids: readonly InstanceId[]): string {
  const names = ids.slice(0, NAMED).map((id) => id.split('/').slice(2).join('/'));
  const more = ids.length > NAMED ? ` and ${(ids.length - NAMED).toLocaleString('en-US')} more` : '';
  const [first = ''] = ids;
  const shown = ids.length === 1 ? first : first.split('/', 2).join('/');
  return `${names.join(', ')}${more}: sluice ls ${shown}`;
}
