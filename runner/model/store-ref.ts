/** Names a store so that another process or machine can open it. */
export type StoreRef =
  | { readonly kind: 'memory'; readonly id: string }
  /** `root` is absolute. Keys below `objects/` and `published/` are plain files at `root/key`. */
  | { readonly kind: 'directory'; readonly root: string }
  /** `uri` is `s3://bucket` or `s3://bucket/prefix`. Credentials are found anew wherever it is opened. */
  | { readonly kind: 's3'; readonly uri: string; readonly settings: S3Settings };

/** What a bucket needs to be told; no secrets. What is absent is left to the SDK's own environment. */
export interface S3Settings {
  /** `https://…` of a server that is not Amazon’s. */
  readonly endpoint?: string;
  readonly region?: string;
  /** The bucket in the path instead of the host name; by default where an endpoint is given. */
  readonly pathStyle?: boolean;
  readonly encryption?: 'sse-s3' | 'sse-kms';
  readonly kmsKey?: string;
  readonly storageClass?: string;
  readonly tags?: Readonly<Record<string, string>>;
}
