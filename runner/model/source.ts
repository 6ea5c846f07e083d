import type { StoredObject } from './job.ts';

/** What somebody else makes, with all templates filled in. */
export type Source =
  | { readonly kind: 'object'; readonly uri: string }
  | { readonly kind: 'prefix'; readonly uri: string; readonly doneFlag: string }
  | { readonly kind: 'url'; readonly url: string };

/** An object as it stood when its source was ready. */
export interface ExternalObject extends StoredObject {
  readonly etag: string;
  /** ISO instant, by the source's own clock. */
  readonly modifiedAt: string;
}

/** What a source was when it was ready: its bytes stay where they are. */
export interface External {
  /** The folder that the objects' paths are below, or the URL. */
  readonly uri: string;
  /** Of a URL, where it told them. */
  readonly etag?: string;
  readonly modifiedAt?: string;
  readonly objects: readonly ExternalObject[];
}

export type Probed =
  | {
      readonly kind: 'ready';
      readonly external: External;
      /** Of a URL: `status`, `size` in bytes, `age` in seconds; empty where it does not tell. */
      readonly values: Readonly<Record<string, string>>;
    }
  /** In words what it answered. */
  | { readonly kind: 'not-ready'; readonly answer: string }
  /** Nothing that time would mend: no address, or names that cannot be files. */
  | { readonly kind: 'invalid'; readonly message: string };

/** The values of a URL, as they are named. */
export const URL_VALUES = ['status', 'size', 'age'] as const;
