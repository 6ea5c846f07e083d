import { describe, expect, it } from 'vitest';
import { baseImages } from '../../../../runner/engines/docker/images/base-images.ts';
import { isImageId, parseReference } from '../../../../runner/engines/docker/images/reference.ts';

const DIGEST = `sha256:${'a'.repeat(64)}`;

function read(text: string): unknown {
  const parsed = parseReference(text);
  if (!parsed.ok) return parsed.reason;
  const { registry, repository, tag, digest } = parsed.reference;
  return [registry, repository, tag, digest];
}

describe('an image reference', () => {
  it.each([
    ['busybox', ['docker.io', 'library/busybox', 'latest', undefined]],
    ['node:24-slim', ['docker.io', 'library/node', '24-slim', undefined]],
    ['grafana/grafana', ['docker.io', 'grafana/grafana', 'latest', undefined]],
    ['docker.io/busybox:1', ['docker.io', 'library/busybox', '1', undefined]],
    ['index.docker.io/a/b:1', ['docker.io', 'a/b', '1', undefined]],
    ['ghcr.io/owner/app:v1.2', ['ghcr.io', 'owner/app', 'v1.2', undefined]],
    ['localhost/app', ['localhost', 'app', 'latest', undefined]],
    ['localhost:5000/app', ['localhost:5000', 'app', 'latest', undefined]],
    ['registry:5000/a/b/c:1', ['registry:5000', 'a/b/c', '1', undefined]],
    ['127.0.0.1:5000/a__b/c-d', ['127.0.0.1:5000', 'a__b/c-d', 'latest', undefined]],
    [`busybox@${DIGEST}`, ['docker.io', 'library/busybox', undefined, DIGEST]],
    [`ghcr.io/a/b:1@${DIGEST}`, ['ghcr.io', 'a/b', '1', DIGEST]],
  ])('%s', (text, expected) => {
    expect(read(text)).toEqual(expected);
  });

  it.each([
    ['', 'it names no image'],
    ['Node', '"Node" must be lower case'],
    ['Foo/bar', '"Foo" must be lower case'],
    ['a//b', 'it has an empty part between slashes'],
    ['a b', '"a b" is not of a-z, 0-9 and single ".", "_", "-" between them'],
    ['a:', 'the tag "" is not of letters, digits, ".", "_" and "-"'],
    ['a:b c', 'the tag "b c" is not of letters, digits, ".", "_" and "-"'],
    ['a@sha256:12', 'after @ a digest such as sha256:<64 hex digits> is expected'],
    ['ghcr.io/', 'it names no image'],
    ['ghcr.io:port/app', '"ghcr.io:port" is not a registry'],
    ['https://ghcr.io/a', '"https:" is not a registry'],
    ['a/../b', '".." is not of a-z, 0-9 and single ".", "_", "-" between them'],
    ['a?tag=b', '"a?tag=b" is not of a-z, 0-9 and single ".", "_", "-" between them'],
  ])('%j is refused in words', (text, reason) => {
    expect(read(text)).toBe(reason);
  });

  it('an id is not a name', () => {
    expect(isImageId(DIGEST)).toBe(true);
    expect(isImageId('b'.repeat(64))).toBe(true);
    expect(isImageId('sha256:b')).toBe(false);
  });
});

describe('what a Dockerfile builds on', () => {
  const names = (text: string, args: Record<string, string> = {}): string[] =>
    baseImages(text, args).map((reference) => reference.text);

  it('every FROM and COPY --from but its own stages', () => {
    const text = `
# syntax=docker/dockerfile:1
FROM --platform=linux/amd64 golang:1.23 AS build
RUN go build
from scratch
COPY --from=build /app /app
COPY --from=0 /app /b
COPY --from=ghcr.io/owner/tool:2 /tool /tool
`;
    expect(names(text)).toEqual(['golang:1.23', 'ghcr.io/owner/tool:2']);
  });

  it('arguments: given, preset, with a default, after one another, over two lines', () => {
    const text = `ARG REGISTRY="ghcr.io"
ARG VERSION
ARG IMAGE=\${REGISTRY}/a/b \\
    OTHER=x
FROM $IMAGE:\${VERSION:-9}
FROM $OTHER
ARG LATE=never
FROM a-$LATE`;
    expect(names(text)).toEqual(['ghcr.io/a/b:9', 'x']);
    expect(names(text, { VERSION: '3', REGISTRY: 'r.io' })).toEqual(['r.io/a/b:3', 'x']);
  });
});
