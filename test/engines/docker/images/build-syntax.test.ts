import { describe, expect, it } from 'vitest';
import { createBuildReading } from '../../../../runner/engines/docker/images/build-reading.ts';
import {
  buildKitSyntax,
  sessionMount,
  syntaxImage,
} from '../../../../runner/engines/docker/images/build-syntax.ts';

describe('what only BuildKit understands', () => {
  it.each([
    ['FROM a\nRUN --mount=type=cache,target=/c make', 'RUN --mount'],
    ['FROM a\nrun --network=none \\\n  --mount=type=secret,id=x make', 'RUN --network'],
    ['FROM a\nCOPY --from=b --chmod=755 x /', 'COPY --chmod'],
    ['FROM a\nADD --link x /', 'ADD --link'],
    ['FROM a\nRUN <<EOF\nmake\nEOF', 'RUN <<'],
    ['FROM a\nCOPY <<-"END" /tool\nx\nEND', 'COPY <<'],
  ])('is found: %j', (dockerfile, found) => {
    expect(buildKitSyntax(dockerfile)).toBe(found);
  });

  it.each([
    'FROM --platform=linux/amd64 a\nCOPY --chown=1:1 --from=b x /\nRUN make --mount --link',
    'FROM a\n# RUN --mount=type=cache make\nRUN cat <<< "x"; echo $((1<<3))',
    'FROM a\nENTRYPOINT ["sh", "-c", "cat <<X"]',
  ])('is not in what every builder knows: %j', (dockerfile) => {
    expect(buildKitSyntax(dockerfile)).toBeUndefined();
  });

  it.each([
    ['FROM a\nrun --network=none \\\n  --mount=type=secret,id=x make', 'RUN --mount=type=secret'],
    ['FROM a\nRUN --mount=type=cache,target=/c --mount=id=k,type=ssh git clone x', 'RUN --mount=type=ssh'],
    ['FROM a\nRUN --mount=type=cache,target=/c make', undefined],
    ['FROM a\n# RUN --mount=type=secret x\nRUN echo --mount=type=secret', undefined],
  ])('what needs a secret of whoever builds is found: %j', (dockerfile, found) => {
    expect(sessionMount(dockerfile)).toBe(found);
  });

  it('the image that a syntax line names is found where such a line may stand', () => {
    expect(syntaxImage('# syntax=docker/dockerfile:1\nFROM a')).toBe('docker/dockerfile:1');
    expect(syntaxImage('# escape=`\n#syntax = d:1\nFROM a')).toBe('d:1');
    expect(syntaxImage('FROM a\n# syntax=docker/dockerfile:1')).toBeUndefined();
  });
});

// As Docker 20.10 told a step that had begun and what it printed.
it('steps and output are read from the traces of BuildKit', () => {
  const reading = createBuildReading();
  const field = (number: number, bytes: Buffer) =>
    Buffer.concat([Buffer.from([number * 8 + 2, bytes.length]), bytes]);
  const step = field(
    1,
    Buffer.concat([
      field(1, Buffer.from('sha256:1')),
      field(3, Buffer.from('[one 2/2] RUN echo hi')),
      field(5, Buffer.alloc(2)),
    ]),
  );
  const log =
    'GmIKR3NoYTI1Njo2ODU3MTU1ZDJjZTE4NWI0ZWM3M2UzOTc0YzNjMjYwMjNkYTI5M2VhMjQ1MjlhMmIxMWQ1ZDczMTY3MjIxNzMyEgwIjpWt2AYQjNGy1gMYASIHc2Vjb25kCg==';
  const trace = (aux: string) => reading.take({ id: 'moby.buildkit.trace', aux });
  expect(trace(step.toString('base64'))).toEqual({ message: 'building: [one 2/2] RUN echo hi' });
  expect(trace(log)).toBeUndefined();
  // It ends.
  expect(trace(step.toString('base64'))).toBeUndefined();
  expect(trace('not a trace')).toBeUndefined();
  reading.take({ id: 'moby.image.id', aux: { ID: 'sha256:390f' } });
  expect(reading.lastLines()).toEqual(['[one 2/2] RUN echo hi', 'second']);
  expect(reading.imageId()).toBe('sha256:390f');
});
