import type { ReportState } from '../model/state.ts';
import { ownColour } from './own-colours.ts';

/** Colours by meaning; plain where colour is off. */
export interface Paint {
  readonly state: (state: ReportState, text: string) => string;
  readonly dim: (text: string) => string;
  readonly bold: (text: string) => string;
  readonly red: (text: string) => string;
  readonly yellow: (text: string) => string;
  readonly cyan: (text: string) => string;
}

export function createPaint(color: boolean): Paint {
  const colors = color ? COLOURS : PLAIN;
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
    cyan: colors.cyan,
  };
}

type Colours = Readonly<
  Record<'green' | 'red' | 'yellow' | 'cyan' | 'dim' | 'bold', (text: string) => string>
>;

const COLOURS: Colours = {
  green: between('32', '39'),
  red: between('31', '39'),
  yellow: between('33', '39'),
  cyan: between('36', '39'),
  dim: between('2', '22'),
  bold: between('1', '22'),
};

const same = (text: string): string => text;
const PLAIN: Colours = { green: same, red: same, yellow: same, cyan: same, dim: same, bold: same };

function between(open: string, close: string): (text: string) => string {
  return (text) => `${ownColour(open)}${text}${ownColour(close)}`;
}
