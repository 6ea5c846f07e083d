/** A stretch of a template. Offsets count in the template's text. */
export type TemplatePart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'expression'; readonly source: string; readonly offset: number };

export type SplitTemplate =
  | { readonly ok: true; readonly parts: readonly TemplatePart[] }
  /** A `${{` without its `}}`. */
  | { readonly ok: false; readonly offset: number };

/** True where a text has to be evaluated. */
export function hasExpression(text: string): boolean {
  return text.includes('${{');
}

/** Texts and expressions in turn. A `}}` inside a quoted text does not end an expression. */
export function splitTemplate(template: string): SplitTemplate {
  const parts: TemplatePart[] = [];
  let at = 0;
  for (;;) {
    const opens = template.indexOf('${{', at);
    const text = template.slice(at, opens < 0 ? template.length : opens);
    if (text !== '') parts.push({ kind: 'text', text });
    if (opens < 0) return { ok: true, parts };
    const closes = endOfExpression(template, opens + 3);
    if (closes === undefined) return { ok: false, offset: opens };
    parts.push({ kind: 'expression', source: template.slice(opens + 3, closes), offset: opens + 3 });
    at = closes + 2;
  }
}

function endOfExpression(template: string, from: number): number | undefined {
  let quoted = false;
  for (let at = from; at < template.length; at += 1) {
    if (template[at] === "'") quoted = !quoted;
    else if (!quoted && template.startsWith('}}', at)) return at;
  }
  return undefined;
}

export type SplitCondition =
  | { readonly ok: true; readonly source: string; readonly offset: number }
  | { readonly ok: false; readonly offset: number; readonly reason: 'unclosed' | 'mixed' };

/** The expression of an `if`, which may stand in `${{ }}` as a whole. */
export function splitCondition(text: string): SplitCondition {
  if (!hasExpression(text)) return { ok: true, source: text, offset: 0 };
  const split = splitTemplate(text.trim());
  const shift = text.length - text.trimStart().length;
  if (!split.ok) return { ok: false, offset: split.offset + shift, reason: 'unclosed' };
  const [only, ...more] = split.parts;
  if (only?.kind !== 'expression' || more.length > 0) {
    return { ok: false, offset: text.indexOf('${{'), reason: 'mixed' };
  }
  return { ok: true, source: only.source, offset: only.offset + shift };
}
