import { own } from '../../../model/own.ts';

const UNITS: Readonly<Record<string, number>> = {
  b: 1,
  k: 1024,
  kb: 1000,
  kib: 1024,
  m: 1024 ** 2,
  mb: 1000 ** 2,
  mib: 1024 ** 2,
  g: 1024 ** 3,
  gb: 1000 ** 3,
  gib: 1024 ** 3,
  t: 1024 ** 4,
  tb: 1000 ** 4,
  tib: 1024 ** 4,
};

/** Bytes of `512MiB`, `2GB` or, as Docker writes it, `512m`. Undefined for anything else. */
export function parseSize(text: string): number | undefined {
  const parts = /^(\d+(?:\.\d+)?)\s?([A-Za-z]+)$/.exec(text);
  const unit = own(UNITS, parts?.[2]?.toLowerCase() ?? '');
  return parts?.[1] === undefined || unit === undefined ? undefined : Math.floor(Number(parts[1]) * unit);
}
