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

/** Reads newline-separated JSON; a line that is not an object becomes a `status`, so that no word is lost. */
export async function* engineMessages(body: NodeJS.ReadableStream): AsyncGenerator<EngineMessage> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of body) {
    const lines = (
      rest + (typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true }))
    ).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line.trim() !== '') yield parseMessage(line);
  }
  if (rest.trim() !== '') yield parseMessage(rest);
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
