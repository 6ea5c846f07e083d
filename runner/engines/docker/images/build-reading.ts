import { stripVTControlCharacters } from 'node:util';
import type { EngineMessage } from '../connection/message-stream.ts';
import { readTrace } from './build-trace.ts';
import type { ImageProgress } from './pull-progress.ts';

const LAST_LINES = 20;

/** Follows the words of a build: its steps, its last lines, the image it ends with. */
export function createBuildReading(): {
  readonly take: (message: EngineMessage) => ImageProgress | undefined;
  readonly lastLines: () => readonly string[];
  readonly imageId: () => string | undefined;
} {
  const lines: string[] = [];
  /** Steps of BuildKit; one that was done before begins and ends at once. */
  const told = new Set<string>();
  let rest = '';
  let id: string | undefined;

  function takeLine(line: string): ImageProgress | undefined {
    if (line.trim() === '') return undefined;
    lines.push(line);
    if (lines.length > LAST_LINES) lines.shift();
    // Podman tells the id in these words only, Docker also by `aux`.
    const built = /^Successfully built ([0-9a-f]{12,64})$/.exec(line.trim());
    if (built !== null) id ??= built[1];
    const step = /^step (\d+)\/(\d+) ?: (.*)$/i.exec(line);
    if (step === null) return undefined;
    const [, number = '', count = '', instruction = ''] = step;
    return {
      message: `building: step ${number} of ${count}, ${instruction.slice(0, 60)}`,
      fraction: (Number(number) - 1) / Number(count),
    };
  }

  function takeTrace(aux: string): ImageProgress | undefined {
    const { steps: all, output } = readTrace(aux);
    const steps = all.filter((step) => !told.has(step));
    for (const step of steps) told.add(step);
    for (const line of [...steps, ...stripVTControlCharacters(output).split(/\r\n|\n|\r/)]) takeLine(line);
    const step = steps.findLast((name) => !name.startsWith('[internal]'));
    return step === undefined ? undefined : { message: `building: ${step.slice(0, 80)}` };
  }

  return {
    take({ aux, stream, status, id: layer, progressDetail }) {
      if (typeof aux === 'string') return layer === 'moby.buildkit.trace' ? takeTrace(aux) : undefined;
      if (aux?.ID !== undefined) id = aux.ID;
      // A base image's layers: told by the step they belong to.
      if (status !== undefined && layer === undefined && progressDetail === undefined)
        return takeLine(status);
      if (stream === undefined) return undefined;
      // Docker paints what a step writes to its standard error.
      const parts = (rest + stripVTControlCharacters(stream)).split(/\r\n|\n|\r/);
      rest = parts.pop() ?? '';
      return parts.map(takeLine).findLast((progress) => progress !== undefined);
    },
    lastLines: () => (rest.trim() === '' ? lines : [...lines, rest]),
    imageId: () => id,
  };
}
