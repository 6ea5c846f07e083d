/** Names a store so that another process or machine can open it. */
export type StoreRef =
  | { readonly kind: 'memory'; readonly id: string }
  /** `root` is absolute. Keys below `objects/` and `published/` are plain files at `root/key`. */
  | { readonly kind: 'directory'; readonly root: string }
  | { readonly kind: 's3'; readonly uri: string };
