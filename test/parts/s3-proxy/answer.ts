/** What a server says to a request, whole. */
export interface Answer {
  readonly status: number;
  /** Names and values in turn, as they came. */
  readonly headers: readonly string[];
  readonly body: Buffer;
}

/** As S3 spells an error. */
export function errorAnswer(status: number, code: string): Answer {
  const text = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>made by the proxy</Message></Error>`;
  return { status, headers: ['Content-Type', 'application/xml'], body: Buffer.from(text) };
}

export function headerIn(headers: readonly string[], name: RegExp): string | undefined {
  const at = headers.findIndex((text, index) => index % 2 === 0 && name.test(text));
  return at === -1 ? undefined : headers[at + 1];
}

export function withoutHeaders(headers: readonly string[], names: RegExp): string[] {
  return headers.filter((_, index) => !names.test(headers[index - (index % 2)] ?? ''));
}
