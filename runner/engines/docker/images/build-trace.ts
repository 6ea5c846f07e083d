/** What BuildKit tells of a build: it speaks in records of Protocol Buffers, base64 within the stream's JSON. */
export interface BuildTrace {
  /** `[stage-1 2/3] RUN …`: those that have begun; told again when they end. */
  readonly steps: readonly string[];
  /** What they print. */
  readonly output: string;
}

/**
 * A `StatusResponse` of moby/buildkit (api/services/control/control.proto): vertexes are field 1 (with their name in
 * 3, when they began in 5), logs field 3 (their text in 4). Whatever is not understood is left out.
 */
export function readTrace(base64: string): BuildTrace {
  const steps: string[] = [];
  const output: Buffer[] = [];
  for (const { field, bytes } of fieldsOf(Buffer.from(base64, 'base64'))) {
    const inner = fieldsOf(bytes);
    const has = (number: number) => inner.some((one) => one.field === number);
    const one = (number: number) => inner.find((found) => found.field === number)?.bytes;
    if (field === 1 && has(5)) steps.push(one(3)?.toString('utf8') ?? '');
    if (field === 3) output.push(one(4) ?? Buffer.alloc(0));
  }
  return { steps, output: Buffer.concat(output).toString('utf8') };
}

interface Field {
  readonly field: number;
  /** Of those with a length; numbers are passed over. */
  readonly bytes: Buffer;
}

function fieldsOf(bytes: Buffer): readonly Field[] {
  const fields: Field[] = [];
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let factor = 1; at < bytes.length; factor *= 128) {
      const byte = bytes[at] ?? 0;
      at += 1;
      value += (byte & 127) * factor;
      if (byte < 128) break;
    }
    return value;
  };
  while (at < bytes.length) {
    const head = varint();
    switch (head % 8) {
      case 0:
        varint();
        break;
      case 1:
        at += 8;
        break;
      case 2: {
        const length = varint();
        fields.push({ field: Math.floor(head / 8), bytes: bytes.subarray(at, at + length) });
        at += length;
        break;
      }
      case 5:
        at += 4;
        break;
      default:
        return fields;
    }
  }
  return fields;
}
