/** How long what a plan has to do takes, judged by how long its tasks took before. */
export type Estimate =
  /** Nothing of what is to run has run before. */
  | { readonly kind: 'no-past'; readonly tasks: readonly string[] }
  | {
      readonly kind: 'known';
      readonly seconds: number;
      /** If every one is as quick as the quickest tenth of its task's, and as slow as the slowest. */
      readonly fromSeconds: number;
      readonly toSeconds: number;
      /** ISO instant, if it begins at once. */
      readonly endsAt: string;
      /** The task that most of the work is in, and how much of it. */
      readonly longest: { readonly task: string; readonly share: number };
      /** Tasks without a past: nothing of them is counted. */
      readonly unknown: readonly string[];
    };
