import type { EngineMessage } from '../connection/message-stream.ts';

export interface ImageProgress {
  readonly message: string;
  readonly fraction?: number;
}

/** Downloading is the longer part; what share of a layer's work it is only shapes the bar. */
const DOWNLOAD_SHARE = 0.7;

interface Layer {
  /** Bytes, as soon as they are known. */
  total: number;
  downloaded: number;
  /** 0 to 1, over downloading and extracting. */
  share: number;
  done: boolean;
}

/**
 * Adds up an engine's messages per layer to one line and one fraction that never falls. Gives undefined where a
 * message changes nothing that is shown.
 */
export function createPullProgress(): (message: EngineMessage) => ImageProgress | undefined {
  const layers = new Map<string, Layer>();
  let shown = '';
  let reached = 0;

  return ({ id, status, progressDetail }) => {
    if (id === undefined || status === undefined || !isOfLayer(status)) return undefined;
    const layer = layers.get(id) ?? { total: 0, downloaded: 0, share: 0, done: false };
    layers.set(id, layer);
    advance(layer, status, progressDetail ?? {});
    const all = [...layers.values()];
    const fraction = fractionOf(all);
    reached = Math.max(reached, fraction);
    const message = describe(all, status);
    if (message === shown) return undefined;
    shown = message;
    return { message, fraction: reached };
  };
}

function isOfLayer(status: string): boolean {
  return !/^(?:Pulling from|Digest:|Status:)/.test(status);
}

function advance(layer: Layer, status: string, detail: { current?: number; total?: number }): void {
  const { current = 0, total = 0 } = detail;
  if (/^(?:Pull complete|Already exists)/.test(status)) {
    layer.share = 1;
    layer.downloaded = layer.total;
    layer.done = true;
  } else if (/^(?:Download complete|Verifying Checksum)/.test(status)) {
    layer.share = DOWNLOAD_SHARE;
    layer.downloaded = layer.total;
  } else if (status.startsWith('Downloading') && total > 0) {
    layer.total = total;
    layer.downloaded = current;
    layer.share = (current / total) * DOWNLOAD_SHARE;
  } else if (status.startsWith('Extracting') && total > 0) {
    layer.total = total;
    layer.downloaded = total;
    layer.share = DOWNLOAD_SHARE + (current / total) * (1 - DOWNLOAD_SHARE);
  }
}

/** Layers weigh by their bytes; one whose size is not yet known weighs what the known ones do on average. */
function fractionOf(layers: readonly Layer[]): number {
  const known = layers.filter((layer) => layer.total > 0);
  const average = known.reduce((sum, layer) => sum + layer.total, 0) / Math.max(known.length, 1) || 1;
  const weight = (layer: Layer): number => (layer.total > 0 ? layer.total : average);
  const whole = layers.reduce((sum, layer) => sum + weight(layer), 0);
  return layers.reduce((sum, layer) => sum + weight(layer) * layer.share, 0) / whole;
}

function describe(layers: readonly Layer[], status: string): string {
  if (status.startsWith('Retrying')) return status.toLowerCase();
  const done = layers.filter((layer) => layer.done).length;
  const bytes = layers.reduce((sum, layer) => sum + layer.downloaded, 0);
  const total = layers.reduce((sum, layer) => sum + layer.total, 0);
  const sizes = total === 0 ? '' : `, ${megabytes(bytes)} of ${megabytes(total)} MB`;
  return `pulling: ${done} of ${layers.length} layers${sizes}`;
}

function megabytes(bytes: number): string {
  const value = bytes / 1_000_000;
  return value < 10 ? value.toFixed(1) : value.toFixed(0);
}
