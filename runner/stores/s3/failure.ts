import { StoreError, type StoreErrorCode } from '../../errors.ts';
import type { S3Settings } from '../../model/store-ref.ts';

/** Which request it was. */
export interface Doing {
  readonly operation: Operation;
  readonly key?: string;
  /** The server may work on it for minutes before it answers. */
  readonly isSlow?: boolean;
}

export type Operation = keyof typeof PERMISSIONS;

/** As S3's list of actions, resources and condition keys has them. */
const PERMISSIONS = {
  GetObject: 's3:GetObject',
  HeadObject: 's3:GetObject',
  PutObject: 's3:PutObject',
  ListObjectsV2: 's3:ListBucket',
  DeleteObject: 's3:DeleteObject',
  DeleteObjects: 's3:DeleteObject',
  CopyObject: 's3:GetObject and s3:PutObject',
  CreateMultipartUpload: 's3:PutObject',
  UploadPart: 's3:PutObject',
  UploadPartCopy: 's3:GetObject and s3:PutObject',
  CompleteMultipartUpload: 's3:PutObject',
  AbortMultipartUpload: 's3:AbortMultipartUpload',
} as const;

export interface Where {
  readonly bucket: string;
  readonly uri: string;
  readonly settings: S3Settings;
}

/**
 * What the store said. The SDK's own error holds request and response whole, with signatures and session tokens:
 * it is not handed on.
 */
export class Answer extends Error {
  override readonly name: string;
  readonly status: number | undefined;
  /** Of the system, where no answer came. */
  readonly systemCode: string;
  readonly attempts: number;
  readonly bucketRegion: string | undefined;
  constructor(error: unknown) {
    const raw: Raw = typeof error === 'object' && error !== null ? error : {};
    super(raw.message ?? String(error));
    this.name = (raw.Code ?? raw.name) || 'Error';
    this.status = raw.$metadata?.httpStatusCode;
    this.systemCode = raw.code ?? '';
    this.attempts = raw.$metadata?.attempts ?? 1;
    this.bucketRegion = raw.$response?.headers?.['x-amz-bucket-region'] ?? raw.Region;
  }
}

/** A failed request as a `StoreError` that says bucket, key, operation, what the store said and what to do. */
export function failureOf(error: unknown, doing: Doing, where: Where): Error {
  if (error instanceof StoreError) return error;
  const answer = new Answer(error);
  const [code, remedy] = kindOf(answer, doing, where);
  const subject = doing.key === undefined ? '' : ` of ${doing.key}`;
  const tries = answer.attempts > 1 ? `, after ${answer.attempts} tries` : '';
  return new StoreError(
    code,
    `${doing.operation}${subject} in bucket ${where.bucket} failed: ${remedy} (${said(answer)}${tries})`,
    { ...(doing.key !== undefined && { key: doing.key }), cause: answer },
  );
}

/** What the store said behind a failure; undefined for one that is not the store's. */
export function answerOf(error: unknown): Answer | undefined {
  return error instanceof StoreError && error.cause instanceof Answer ? error.cause : undefined;
}

/** The SDK's own classes name only what S3 documents; other servers say more. */
interface Raw {
  readonly name?: string;
  readonly Code?: string;
  readonly message?: string;
  readonly code?: string;
  readonly Region?: string;
  readonly $metadata?: { readonly httpStatusCode?: number; readonly attempts?: number };
  readonly $response?: { readonly headers?: Readonly<Record<string, string>> };
}

function kindOf(answer: Answer, { operation }: Doing, where: Where): readonly [StoreErrorCode, string] {
  const { name, status } = answer;
  if (status === 412 || name === 'PreconditionFailed')
    return ['precondition-failed', 'it was changed meanwhile'];
  if (/^(ExpiredToken|TokenRefreshRequired|ExpiredTokenException)$/.test(name)) {
    return ['store-denied', 'the credentials have expired; renew them, for example by aws sso login'];
  }
  if (/CredentialsProviderError|TokenProviderError/.test(name)) {
    return [
      'store-denied',
      'no credentials were found; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE with a profile of ~/.aws (aws configure, aws sso login), or give the machine a role',
    ];
  }
  if (
    /^(InvalidAccessKeyId|SignatureDoesNotMatch|InvalidToken|InvalidClientTokenId|XAdminUserNotFound)$/.test(
      name,
    )
  ) {
    return [
      'store-denied',
      'the store does not know these credentials; check the key and its secret, and that they are of this store',
    ];
  }
  if (name === 'NoSuchBucket') {
    return [
      'store-unreachable',
      `there is no bucket ${where.bucket}; create it, or correct its name or the endpoint`,
    ];
  }
  if (
    status === 301 ||
    status === 307 ||
    /PermanentRedirect|AuthorizationHeaderMalformed|IllegalLocationConstraint/.test(name)
  ) {
    const region = answer.bucketRegion;
    return [
      'store-unreachable',
      region === undefined
        ? 'the bucket is in another region; name it by region= in the address of the store, or AWS_REGION'
        : `the bucket is in ${region}; write region=${region} in the address of the store, or set AWS_REGION`,
    ];
  }
  if (/Region (is missing|not accepted)/.test(answer.message)) {
    return [
      'store-unreachable',
      'no region is known; name it by region= in the address of the store, or AWS_REGION',
    ];
  }
  if (/RequestTimeTooSkewed|RequestExpired/.test(name)) {
    return ['store-denied', 'this machine’s clock is wrong; set it (NTP)'];
  }
  if (/QuotaExceeded|StorageFull|InsufficientCapacity|ServiceQuotaExceeded/.test(name) || status === 507) {
    return [
      'store-full',
      'the store or its quota is full; free some space, sluice gc removes what is superseded',
    ];
  }
  if (status === 403 || status === 401) {
    return ['store-denied', `allow ${PERMISSIONS[operation]} on it to these credentials`];
  }
  if (name === 'NotImplemented' || status === 501 || name === 'MethodNotAllowed') {
    return ['store-unsuitable', 'the store does not know this operation; use another (docs/stores.md)'];
  }
  if (isNothingThere(answer, operation)) return ['not-found', 'there is none'];
  if (status !== undefined && status >= 400 && status < 500 && status !== 429) {
    return ['store-unsuitable', 'the store refused it; see what it says'];
  }
  return ['store-unreachable', unreachableRemedy(answer, where)];
}

/**
 * Any other 404 is not about the key: a wrong path behind a proxy, or an account that versitygw does not know. The
 * answer to a HEAD has no body that could tell.
 */
function isNothingThere({ name, status }: Answer, operation: Operation): boolean {
  return status === 404 && (/^NoSuch(Key|Upload)$/.test(name) || operation === 'HeadObject');
}

function unreachableRemedy({ systemCode, status }: Answer, { settings }: Where): string {
  const endpoint =
    settings.endpoint ?? process.env['AWS_ENDPOINT_URL_S3'] ?? process.env['AWS_ENDPOINT_URL'] ?? 'Amazon S3';
  if (status !== undefined) return `${endpoint} is overloaded or out of order; run again later`;
  if (systemCode === 'ECONNREFUSED')
    return `nothing answers at ${endpoint}; start it, or correct the endpoint`;
  if (systemCode === 'ENOTFOUND')
    return `the name of ${endpoint} is not known; correct the endpoint or the region`;
  return `${endpoint} does not answer as it should; check the endpoint and the network`;
}

function said({ name, message: whole, status, systemCode }: Answer): string {
  // Whose part of the SDK noticed it, and who set its limit, is nobody's concern.
  const message = whole.replace(/^@\S+ - /, '').replace(/ \(configured by client [^)]*\)/, '');
  const words = message === '' || message === 'UnknownError' ? name : `${name}: ${message}`;
  const code = systemCode === '' || words.includes(systemCode) ? '' : `${systemCode} `;
  return `${status === undefined ? '' : `${status} `}${code}${words}`;
}
