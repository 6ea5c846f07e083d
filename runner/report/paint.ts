import pc from 'picocolors';
import type { ReportState } from '../model/state.ts';

/** Colours by meaning; plain where colour is off. */
export interface Paint {
  readonly state: (state: ReportState, text: string) => string;
  readonly dim: (text: string) => string;
  readonly bold: (text: string) => string;
  readonly red: (text: string) => string;
  readonly yellow: (text: string) => string;
}

export function createPaint(color: boolean): Paint {
  const colors = pc.createColors(color);
  return {
    state: (state, text) => {
      switch (state) {
        case 'succeeded':
        case 'done':
        case 'unchanged':
          return colors.green(text);
        case 'failed':
        case 'lost':
          return colors.red(text);
        case 'blocked':
        case 'waiting':
        case 'stale':
        case 'unpublished':
        case 'cancelled':
          return colors.yellow(text);
        case 'missing':
        case 'running':
        case 'unknown':
          return colors.cyan(text);
        case 'skipped':
        case 'not-in-range':
          return colors.dim(text);
      }
    },
    dim: colors.dim,
    bold: colors.bold,
    red: colors.red,
    yellow: colors.yellow,
  };
}
