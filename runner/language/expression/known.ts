/** What an expression may read at a place, as far as it is known when the file is checked. */
export type Known =
  /** A text, number or boolean; one of `values` where these are all there are. */
  | { readonly kind: 'value'; readonly values?: OnlyValues }
  /** Exactly these members. `called` follows "no": `param`, `declared value of prices`. */
  | { readonly kind: 'object'; readonly called: string; readonly members: Readonly<Record<string, Known>> }
  /** Nothing is known of it: any member is let through. */
  | { readonly kind: 'anything' }
  /** It exists, but cannot be read here. */
  | { readonly kind: 'refused'; readonly message: string; readonly fix?: string };

export interface OnlyValues {
  readonly texts: readonly string[];
  /** What to do where another one was meant. */
  readonly fix: string;
}

export interface Scope {
  /** By root: `params`, `matrix`, `inputs`, `needs`. */
  readonly contexts: Readonly<Record<string, Known>>;
  /** `always()` and the like may be called: only in `if`. */
  readonly statusFunctions: boolean;
}

/** A context of plain values, such as `params`. */
export function valuesOf(called: string, names: readonly string[]): Known {
  return {
    kind: 'object',
    called,
    members: Object.fromEntries(names.map((name) => [name, { kind: 'value' }])),
  };
}

/** A member by name; case does not count, as on GitHub. */
export function memberOf(
  members: Readonly<Record<string, Known>>,
  name: string,
): { readonly name: string; readonly known: Known } | undefined {
  const found = Object.entries(members).find(([each]) => each.toLowerCase() === name.toLowerCase());
  return found === undefined ? undefined : { name: found[0], known: found[1] };
}
