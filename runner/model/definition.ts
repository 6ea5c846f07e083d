/** By `pipeline/task`, then by what is written of it: a digest each, so that a difference can be named. */
export type Definition = Readonly<Record<string, Readonly<Record<string, string>>>>;
