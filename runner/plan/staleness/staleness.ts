import type { InstanceId } from '../../model/partition.ts';
import { keyText } from '../../model/partition.ts';
import type { Output, Scalar } from '../../model/pipeline.ts';
import { declaredSince } from './lacking.ts';
import type { Fingerprint, FingerprintPart, Manifest, ManifestInput } from '../../model/records.ts';
import type { Period } from '../../model/time.ts';
import { own } from '../../model/own.ts';

/** What an instance would read now: the members that are there, each with its content. */
export type CurrentInput = Pick<ManifestInput, 'need' | 'instance' | 'contentDigest'>;

/** What an instance would be made of now. */
export interface Current {
  readonly fingerprint: Fingerprint;
  /** Undefined where what they hold is not known. */
  readonly inputs: readonly CurrentInput[] | undefined;
  readonly settings: Readonly<Record<string, Scalar>>;
  readonly period: Period | undefined;
  /** As they are declared. */
  readonly outputs: readonly Output[];
  /** Where its objects would be published now; undefined where that is not known. */
  readonly published?: Manifest['published'] | undefined;
}

/** How a committed result differs from what would be made now, one line each; empty: it is not stale. */
export function differences(manifest: Manifest, current: Current): readonly string[] {
  const { inputs, period } = current;
  if (manifest.by !== undefined) return differencesByHand(manifest, current);
  return [
    ...periodDifferences(manifest.period, period),
    ...partDifferences(manifest, current),
    ...(inputs === undefined ? [] : inputDifferences(manifest, inputs)),
  ];
}

/**
 * Of what a person decided or brought: no script, setting or input made it. It is stale where it stands for another
 * period now, and a result also where other outputs are declared.
 */
function differencesByHand(manifest: Manifest, current: Current): readonly string[] {
  const period = periodDifferences(manifest.period, current.period);
  if (manifest.outcome !== 'succeeded') return period;
  // As if it had been made of all else that is written now.
  const fingerprint = { ...current.fingerprint, outputs: manifest.fingerprint.outputs };
  return [...period, ...partDifferences({ ...manifest, fingerprint }, current)];
}

/** The same name may mean another span. What was recorded without one is not stale for that alone. */
export function periodDifferences(before: Period | undefined, now: Period | undefined): readonly string[] {
  if (before === undefined || now === undefined) return [];
  if (Date.parse(before.start) === Date.parse(now.start) && Date.parse(before.end) === Date.parse(now.end))
    return [];
  return [`period changed: ${before.start} – ${before.end} to ${now.start} – ${now.end}`];
}

const PARTS: Readonly<Record<FingerprintPart, string>> = {
  script: 'script changed',
  image: 'image changed',
  files: 'files changed',
  env: 'env changed',
  settings: 'settings changed',
  shell: 'shell changed',
  user: 'user changed',
  outputs: 'outputs changed',
  needs: 'needs changed',
};

/** The parts that differ, in words. */
export function changedParts(before: Fingerprint, now: Fingerprint): readonly string[] {
  return Object.entries(PARTS).flatMap(([part, words]) =>
    isPart(part) && before[part] !== now[part] ? [words] : [],
  );
}

function partDifferences(manifest: Manifest, current: Current): readonly string[] {
  const { fingerprint, settings } = current;
  const lines: string[] = [];
  for (const [part, words] of Object.entries(PARTS)) {
    if (!isPart(part) || manifest.fingerprint[part] === fingerprint[part]) continue;
    const named =
      part === 'settings'
        ? settingDifferences(manifest.settings, settings)
        : part === 'outputs'
          ? outputDifferences(manifest, current)
          : [];
    lines.push(...(named.length > 0 ? named : [words]));
  }
  return lines;
}

function outputDifferences(manifest: Manifest, { outputs, published }: Current): readonly string[] {
  const since = declaredSince(outputs, manifest);
  return [
    ...(since.length > 0 ? [`${PARTS.outputs}: ${since.join(', ')}`] : []),
    ...(published === undefined ? [] : movedPaths(manifest.published, published)),
  ];
}

/** `published path changed: a.csv to b.csv` */
function movedPaths(before: Manifest['published'], now: Manifest['published']): readonly string[] {
  return before.flatMap(({ path, to }) => {
    const places = now.filter((one) => one.path === path).map((one) => one.to);
    if (places.includes(to)) return [];
    return places.length === 0
      ? [`published no more: ${to}`]
      : [`published path changed: ${to} to ${places.join(', ')}`];
  });
}

function isPart(name: string): name is FingerprintPart {
  return name in PARTS;
}

/** `setting top: 50 → 20` */
export function settingDifferences(
  before: Readonly<Record<string, Scalar>>,
  now: Readonly<Record<string, Scalar>>,
): readonly string[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(now)])];
  return names
    .filter((name) => own(before, name) !== own(now, name))
    .map((name) => `setting ${name}: ${said(own(before, name))} → ${said(own(now, name))}`);
}

function said(value: Scalar | undefined): string {
  return value === undefined ? 'none' : keyText(value);
}

export function inputDifferences(
  manifest: Pick<Manifest, 'inputs' | 'omitted'>,
  inputs: readonly CurrentInput[],
): readonly string[] {
  const before = new Map(manifest.inputs.map((input) => [keyOf(input.need, input.instance), input]));
  const omitted = new Set(manifest.omitted.map((one) => keyOf(one.need, one.instance)));
  const lines: string[] = [];
  for (const input of inputs) {
    const key = keyOf(input.need, input.instance);
    const known = before.get(key);
    before.delete(key);
    if (known === undefined) {
      lines.push(
        omitted.has(key)
          ? `input ${short(input.instance)} has arrived`
          : `input ${short(input.instance)} is new`,
      );
    } else if (known.contentDigest !== input.contentDigest)
      lines.push(`input ${short(input.instance)} changed`);
  }
  for (const gone of before.values()) lines.push(`input ${short(gone.instance)} is gone`);
  return lines;
}

function keyOf(need: string, instance: InstanceId): string {
  return `${need}\0${instance}`;
}

/** Without the pipeline: a reason is read beside its instance. */
function short(id: InstanceId): string {
  return id.slice(id.indexOf('/') + 1);
}
