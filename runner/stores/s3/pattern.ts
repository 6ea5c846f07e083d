import type { S3Client } from '@aws-sdk/client-s3';

/** A request as it is handed to the SDK's sender. */
export interface HttpRequest {
  readonly method: string;
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
}

/** What requests of one kind have in common, as the SDK has made one that succeeded. */
export interface Pattern {
  readonly request: Omit<HttpRequest, 'path' | 'body'>;
  /** The path before the key. */
  readonly pathPrefix: string;
  /** A body goes with its CRC32. */
  readonly hasChecksum: boolean;
  readonly sign: (request: HttpRequest) => Promise<HttpRequest>;
}

/** By command and input. */
export interface Patterns {
  find(command: 'GetObject' | 'PutObject', input: object): Pattern | undefined;
  /** From now on the SDK sends all of this kind. */
  drop(command: 'GetObject' | 'PutObject', input: object): void;
}

/** Of other commands each request is of a kind of its own: a part of an upload names its number. */
const LEARNT = ['GetObjectCommand', 'PutObjectCommand'];

/** What differs from request to request of one kind; the headers are set anew for each. The SDK adds the checksum's. */
const OWN_FIELDS = ['Key', 'Body', 'IfMatch', 'IfNoneMatch', 'Range', 'ChecksumMode', 'ChecksumAlgorithm'];
const OWN_HEADERS =
  /^(authorization|range|if-match|if-none-match|content-length|amz-sdk-.*|x-amz-(date|security-token|content-sha256|checksum-crc32))$/;

/** Of a body that is not sent as it is, or has another checksum. */
const OTHER_BODY =
  /^(transfer-encoding|content-encoding|content-md5|x-amz-trailer|x-amz-decoded-content-length|x-amz-checksum-(?!crc32$|mode$).*)$/;

/** A value of x-amz-content-sha256 that says nothing about one body. */
const ANY_BODY = 'UNSIGNED-PAYLOAD';

/**
 * For each request the SDK finds out anew where it goes, how it is signed and what it is made of, which takes three
 * times as long as sending it. What comes out is the same for all of one kind: this keeps it.
 */
export function learnPatterns(client: S3Client): Patterns {
  const patterns = new Map<string, Pattern | undefined>();
  client.middlewareStack.add(
    (next, context) => async (args) => {
      const result = await next(args);
      const command = String(context['commandName']);
      const kind = LEARNT.includes(command) ? kindOf(command, args.input) : undefined;
      if (kind !== undefined && !patterns.has(kind)) {
        const pattern = patternOf(args.request, args.input, context['__smithy_context']);
        if (pattern !== undefined) patterns.set(kind, pattern);
      }
      return result;
    },
    // High: after the SDK has read the answer as a success.
    { step: 'deserialize', name: 'sluicePattern', priority: 'high' },
  );
  return {
    find: (command, input) => patterns.get(kindOf(`${command}Command`, input)),
    drop(command, input) {
      patterns.set(kindOf(`${command}Command`, input), undefined);
    },
  };
}

/** As the SDK writes a key in a path. */
export function pathOf(key: string): string {
  return key
    .split('/')
    .map((segment) =>
      encodeURIComponent(segment).replace(
        /[!'()*]/g,
        (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
      ),
    )
    .join('/');
}

function kindOf(command: string, input: object): string {
  const common = Object.entries(input).filter(([name]) => !OWN_FIELDS.includes(name));
  return JSON.stringify([command, ...common.sort(([a], [b]) => (a < b ? -1 : 1))]);
}

function patternOf(request: unknown, input: object, context: unknown): Pattern | undefined {
  const sign = signerIn(context);
  if (!isRequest(request) || sign === undefined) return undefined;
  if (!has(input, 'Key') || typeof input.Key !== 'string') return undefined;
  const path = pathOf(input.Key);
  if (!request.path.endsWith(`/${path}`)) return undefined;
  const { method, protocol, hostname, port, query } = request;
  const names = Object.keys(request.headers);
  if (names.some((name) => OTHER_BODY.test(name))) return undefined;
  const headers = Object.fromEntries(
    Object.entries(request.headers).filter(([name, value]) => !OWN_HEADERS.test(name) || value === ANY_BODY),
  );
  return {
    request: { method, protocol, hostname, query, headers, ...(port !== undefined && { port }) },
    pathPrefix: request.path.slice(0, -path.length),
    hasChecksum: names.includes('x-amz-checksum-crc32'),
    sign,
  };
}

/** The SDK's own, for the way of signing that all servers know; it asks for the credentials anew where they expire. */
function signerIn(context: unknown): Pattern['sign'] | undefined {
  if (!has(context, 'selectedHttpAuthScheme')) return undefined;
  const scheme = context.selectedHttpAuthScheme;
  if (!has(scheme, 'httpAuthOption') || !has(scheme, 'signer') || !has(scheme, 'identity')) return undefined;
  const { httpAuthOption: option, signer, identity } = scheme;
  if (!has(option, 'schemeId') || option.schemeId !== 'aws.auth#sigv4') return undefined;
  if (!has(option, 'signingProperties') || !isSigner(signer)) return undefined;
  const properties = option.signingProperties;
  if (!has(properties, 'context') || !has(properties.context, 'endpointV2')) return undefined;
  const { endpointV2, authSchemes } = properties.context as Record<string, unknown>;
  // The whole context holds the first request, with its body.
  const kept = { ...properties, context: { endpointV2, authSchemes } };
  return async (request) => signer.sign(request, identity, kept);
}

interface Signer {
  sign(request: HttpRequest, identity: unknown, properties: unknown): Promise<HttpRequest>;
}

function isSigner(value: unknown): value is Signer {
  return has(value, 'sign') && typeof value.sign === 'function';
}

function isRequest(value: unknown): value is HttpRequest {
  return (
    has(value, 'method') && has(value, 'path') && typeof value.path === 'string' && has(value, 'headers')
  );
}

function has<Name extends string>(value: unknown, name: Name): value is Record<Name, unknown> {
  return typeof value === 'object' && value !== null && name in value;
}
