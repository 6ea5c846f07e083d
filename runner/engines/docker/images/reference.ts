/** An image reference taken apart, with what Docker leaves unsaid filled in. */
export interface Reference {
  /** As written. */
  readonly text: string;
  /** The registry's host and port; `docker.io` where none is written. */
  readonly registry: string;
  /** With `library/` in front of Docker Hub's official images. */
  readonly repository: string;
  /** What the engine's API takes as the name: all of `text` but tag and digest. */
  readonly name: string;
  /** `latest` where neither tag nor digest is written. */
  readonly tag: string | undefined;
  readonly digest: string | undefined;
}

const COMPONENT = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;
const TAG = /^\w[\w.-]{0,127}$/;
const DIGEST = /^[a-z0-9]+(?:[.+_-][a-z0-9]+)*:[0-9a-f]{32,}$/;
const REGISTRY = /^(?:[a-zA-Z0-9](?:[a-zA-Z0-9.-]*[a-zA-Z0-9])?|\[[0-9a-fA-F:]+\])(?::\d{1,5})?$/;

/** Reads `[registry[:port]/]path[:tag][@digest]`; a wrong one gives the reason in words. */
export function parseReference(
  text: string,
): { readonly ok: true; readonly reference: Reference } | { readonly ok: false; readonly reason: string } {
  const [undigested = '', digest, ...more] = text.split('@');
  if (more.length > 0 || (digest !== undefined && !DIGEST.test(digest))) {
    return wrong('after @ a digest such as sha256:<64 hex digits> is expected');
  }
  const colon = undigested.lastIndexOf(':');
  const hasTag = colon > undigested.lastIndexOf('/');
  const tag = hasTag ? undigested.slice(colon + 1) : undefined;
  const name = hasTag ? undigested.slice(0, colon) : undigested;
  if (tag !== undefined && !TAG.test(tag)) {
    return wrong(`the tag "${tag}" is not of letters, digits, ".", "_" and "-"`);
  }
  const { registry, path } = splitRegistry(name);
  if (registry !== undefined && !REGISTRY.test(registry)) return wrong(`"${registry}" is not a registry`);
  if (path === '') return wrong('it names no image');
  const odd = path.split('/').find((component) => !COMPONENT.test(component));
  if (odd !== undefined) return wrong(reasonOf(odd));
  const isHub = registry === undefined || registry === 'docker.io' || registry === 'index.docker.io';
  return {
    ok: true,
    reference: {
      text,
      registry: isHub ? 'docker.io' : registry,
      repository: isHub && !path.includes('/') ? `library/${path}` : path,
      name,
      tag: tag ?? (digest === undefined ? 'latest' : undefined),
      digest,
    },
  };
}

/** An image's own id: it can be looked up, never pulled. */
export function isImageId(text: string): boolean {
  return /^(?:sha256:)?[0-9a-f]{64}$/.test(text);
}

/** The first component is a registry if it can't be a part of a path on Docker Hub. */
function splitRegistry(name: string): { readonly registry: string | undefined; readonly path: string } {
  const slash = name.indexOf('/');
  const first = name.slice(0, Math.max(slash, 0));
  const isRegistry = /[.:]/.test(first) || first === 'localhost';
  return isRegistry ? { registry: first, path: name.slice(slash + 1) } : { registry: undefined, path: name };
}

function reasonOf(component: string): string {
  if (component === '') return 'it has an empty part between slashes';
  if (component !== component.toLowerCase()) return `"${component}" must be lower case`;
  return `"${component}" is not of a-z, 0-9 and single ".", "_", "-" between them`;
}

function wrong(reason: string): { readonly ok: false; readonly reason: string } {
  return { ok: false, reason };
}
