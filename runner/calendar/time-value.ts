/** What became of a text that was read as a time. */
export type TimeValue =
  | { readonly ok: true; readonly value: string }
  /** `reason` is what is expected and found; `suggestion` is a value that would be taken. */
  | { readonly ok: false; readonly reason: string; readonly suggestion?: string };
