import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { openPipeline, type AskedPipeline } from '../../../runner/app/asked-pipeline.ts';
import { planPipeline, type Planned, type PlanOptions } from '../../../runner/app/planned.ts';
import { runOn } from '../../../runner/app/run.ts';
import { parseTarget } from '../../../runner/commands/cli/target.ts';
import type { HandReport } from '../../../runner/model/hand.ts';
import type { Report } from '../../../runner/model/report.ts';
import { createScriptedEngine, type Script } from '../../run/scripted-engine.ts';
import { createWorld, type World } from '../../run/world.ts';

/** A project on a memory store, where a person and runs of a scripted engine act in turn. */
export interface Desk extends World {
  readonly folder: string;
  readonly write: (path: string, text: string | Uint8Array) => string;
  readonly asked: (words: string) => Promise<AskedPipeline>;
  readonly open: () => Promise<World['ledger']>;
  readonly plan: (words: string, options?: PlanOptions) => Promise<Planned>;
  /** States by task and partition. */
  readonly states: (words: string, options?: PlanOptions) => Promise<Readonly<Record<string, string>>>;
  readonly run: (words: string, options?: PlanOptions, script?: Script) => Promise<Report>;
  readonly remove: () => void;
}

const SALES = `
name: sales
params: { date: { type: date, start: 2021-01-25 }, top: { type: number, default: 5 } }
defaults: { image: busybox, retry: { max-attempts: 1 } }
tasks:
  fetch:
    params: [date, top]
    run: fetch
    outputs: [raw.csv, { value: rows }]
  clean:
    params: [date]
    needs: [fetch]
    run: clean
    outputs: [{ path: clean.csv, publish: 'clean/\${{ params.date }}.csv' }]
  week:
    params: [date]
    needs: [{ task: clean, last: 3 }]
    run: week
    outputs: [week.csv]
`;

export async function openDesk(sales = SALES): Promise<Desk> {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-hand-'));
  const world = await createWorld();
  const write = (path: string, text: string | Uint8Array): string => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
    return join(folder, path);
  };
  write('sluice.yaml', 'store: store\nproject: desk\n');
  write('pipelines/sales.yaml', sales);
  const open = async () => world.ledger;
  const asked = async (words: string): Promise<AskedPipeline> => {
    const found = await openPipeline({ cwd: folder, env: {} }, parseTarget(words.split(' ')));
    return { ...found, opened: { ...found.opened, clock: world.clock } };
  };
  const plan = async (words: string, options: PlanOptions = {}) =>
    planPipeline(await asked(words), { ledger: open, ...options });
  return {
    ...world,
    folder,
    write,
    asked,
    open,
    plan,
    async states(words, options) {
      const { instances } = (await plan(words, options)).plan;
      return Object.fromEntries(
        instances.map(({ id, state, reason }) => [
          id.replace('sales/', ''),
          reason === state ? state : `${state}: ${reason}`,
        ]),
      );
    },
    async run(words, options, script = makeAll) {
      return runOn(createScriptedEngine(world.store, script), await plan(words, options));
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Every file and value that its task declares. */
export const makeAll: Script = ({ instance, outputs }) => ({
  files: Object.fromEntries(outputs.rules.map(({ pattern }) => [pattern, `${instance} ${pattern}`])),
  values: Object.fromEntries(outputs.values.map((name) => [name, '7'])),
});

/** `clean/date=2021-01-29: cleared` */
export function told({ instances }: HandReport): readonly string[] {
  return instances.map(({ id, result }) => `${id.replace('sales/', '')}: ${result}`);
}
