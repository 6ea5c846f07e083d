/** One line of the JSON stream by which an engine tells of a pull or a build. */
export interface EngineMessage {
  readonly id?: string;
  readonly status?: string;
  readonly stream?: string;
  readonly error?: string;
  /** BuildKit's traces are text. */
  readonly aux?: { readonly ID?: string } | string;
  readonly progressDetail?: { readonly current?: number; readonly total?: number };
}

/** In characters; the longest that engines send, BuildKit's traces, are some hundred thousand. */
const MAX_LINE = 16 * 2 ** 20;

/**
 * Reads newline-separated JSON; a line that is not an object becomes a `status`, so that no word is lost.
 *
 * @throws Error for a line without an end: it would be kept whole.
 */
export async function* engineMessages(body: NodeJS.ReadableStream): AsyncGenerator<EngineMessage> {
  const decoder = new TextDecoder();
  /** Of the line that has not ended, so that none of it is looked through twice. */
  let pieces: string[] = [];
  let length = 0;
  for await (const chunk of body) {
    const text = typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true });
    const lines = text.split('\n');
    const rest = lines.pop() ?? '';
    const [first, ...more] = lines;
    if (first !== undefined) {
      const whole = [pieces.join('') + first, ...more];
      pieces = [];
      length = 0;
      for (const line of whole) if (line.trim() !== '') yield parseMessage(line);
    }
    pieces.push(rest);
    length += rest.length;
    if (length > MAX_LINE) {
      throw new Error(`the engine sent a line of more than ${MAX_LINE.toLocaleString('en-US')} characters`);
    }
  }
  const last = pieces.join('');
  if (last.trim() !== '') yield parseMessage(last);
}

function parseMessage(line: string): EngineMessage {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value === 'object' && value !== null) return value;
  } catch {
    // Falls through: said as it came.
  }
  return { status: line.trim() };
}
