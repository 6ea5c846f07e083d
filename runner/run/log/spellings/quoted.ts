import { own } from '../../../model/own.ts';

/** How one kind of string literal spells a sign that it does not hold as it is; undefined: as it is. */
type Escape = (sign: string, code: number) => string | undefined;

/** A text as string literals of languages and documents hold it, without the quotes around it. */
export function quotedSpellings(text: string): readonly string[] {
  const json = escaped(text, JSON_SIGNS);
  return [
    ...LITERALS.map((escape) => escaped(text, escape)),
    // JSON as a string within JSON, as loggers write what they were given.
    escaped(json, JSON_SIGNS),
    // SQL, YAML and CSV double the quote.
    text.replaceAll("'", "''"),
    text.replaceAll('"', '""'),
  ];
}

/** Every language leaves letters, digits and these as they are. */
const SPECIAL = /[^A-Za-z0-9_.-]/gu;

function escaped(text: string, escape: Escape): string {
  return text.replaceAll(SPECIAL, (sign) => escape(sign, sign.codePointAt(0) ?? 0) ?? sign);
}

const NAMED: Readonly<Record<string, string>> = { '\b': 'b', '\f': 'f', '\n': 'n', '\r': 'r', '\t': 't' };

function named(sign: string): string | undefined {
  const letter = own(NAMED, sign);
  return letter === undefined ? undefined : `\\${letter}`;
}

const behindBackslash =
  (signs: string): Escape =>
  (sign) =>
    signs.includes(sign) ? `\\${sign}` : undefined;

/** In units of UTF-16, as JSON has it: two for what is beyond the first plane. */
function inUnits(sign: string, upper = false): string {
  return Array.from({ length: sign.length }, (_, at) => {
    const digits = sign.charCodeAt(at).toString(16).padStart(4, '0');
    return `\\u${upper ? digits.toUpperCase() : digits}`;
  }).join('');
}

const hex = (code: number, length: number): string => code.toString(16).padStart(length, '0');

const JSON_SIGNS: Escape = (sign, code) =>
  behindBackslash('"\\')(sign, code) ?? named(sign) ?? (code < 0x20 ? inUnits(sign) : undefined);

/** One way after another; the first that has something to say counts. */
const first =
  (...ways: readonly Escape[]): Escape =>
  (sign, code) => {
    for (const way of ways) {
      const spelled = way(sign, code);
      if (spelled !== undefined) return spelled;
    }
    return undefined;
  };

const unicode =
  (from: number, upper = false): Escape =>
  (sign, code) =>
    code >= from ? inUnits(sign, upper) : undefined;

const units =
  (signs: string, upper = false): Escape =>
  (sign) =>
    signs.includes(sign) ? inUnits(sign, upper) : undefined;

/** Go and Python beyond ASCII: `\u00e9`, `\U0001f600`. */
const wide: Escape = (_, code) =>
  code < 0x80 ? undefined : code <= 0xffff ? `\\u${hex(code, 4)}` : `\\U${hex(code, 8)}`;

const latin: Escape = (_, code) => (code >= 0x7f && code <= 0xff ? `\\x${hex(code, 2)}` : undefined);

const isControl = (code: number): boolean => code < 0x20 || (code >= 0x7f && code < 0xa0);

const byHex: Escape = (_, code) => (isControl(code) ? `\\x${hex(code, 2)}` : undefined);

/** A text's bytes one by one, as in `b'…'` of Python. */
const byBytes: Escape = (sign, code) =>
  code < 0x7f && code >= 0x20
    ? undefined
    : [...Buffer.from(sign, 'utf8')].map((byte) => `\\x${hex(byte, 2)}`).join('');

const octal: Escape = (sign, code) =>
  code >= 0x20 && code < 0x7f
    ? undefined
    : [...Buffer.from(sign, 'utf8')].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('');

const python = first(
  (sign) => (sign === '\b' || sign === '\f' ? undefined : named(sign)),
  (sign) => (sign === '\\' ? '\\\\' : undefined),
);

const goNamed: Escape = (sign) => (sign === '\u0007' ? '\\a' : sign === '\v' ? '\\v' : named(sign));

const LITERALS: readonly Escape[] = [
  JSON_SIGNS,
  // Python's json.dumps, and JSON.generate(…, ascii_only) of Ruby
  first(JSON_SIGNS, unicode(0x7f)),
  // PHP's json_encode, with and without its flags
  first(behindBackslash('/'), JSON_SIGNS, unicode(0x80)),
  first(behindBackslash('/'), JSON_SIGNS),
  // Go's json.Marshal
  first(
    (sign) => (sign === '\b' || sign === '\f' ? inUnits(sign) : undefined),
    units('<>&\u2028\u2029'),
    JSON_SIGNS,
  ),
  first(units('<>&\u2028\u2029'), JSON_SIGNS),
  // Gson and Jackson of Java, System.Text.Json of .NET
  first(units("<>&='\u2028\u2029"), JSON_SIGNS),
  first(
    (sign, code) => (code < 0x20 && named(sign) === undefined ? inUnits(sign, true) : undefined),
    JSON_SIGNS,
  ),
  first(
    units('"\'<>&+`', true),
    (sign) => (sign === '\\' ? '\\\\' : named(sign)),
    (sign, code) => (code < 0x20 ? inUnits(sign, true) : undefined),
    unicode(0x7f, true),
  ),
  // Python: repr in either quote, ascii, bytes
  first(python, byHex),
  first(python, behindBackslash("'"), byHex),
  first(python, latin, byHex, wide),
  first(python, behindBackslash("'"), latin, byHex, wide),
  first(python, byBytes),
  first(python, behindBackslash("'"), byBytes),
  // Go: %q and %+q
  first(goNamed, behindBackslash('"\\'), byHex),
  first(goNamed, behindBackslash('"\\'), (sign, code) => (code < 0x80 ? byHex(sign, code) : undefined), wide),
  // JavaScript, as Node prints strings; PHP's var_export; C; Ruby's inspect
  first(named, behindBackslash("'\\"), (_, code) =>
    isControl(code) ? `\\x${hex(code, 2).toUpperCase()}` : undefined,
  ),
  behindBackslash("'\\"),
  behindBackslash('\'"\\'),
  behindBackslash('"\\'),
  first(
    (sign) => (sign === '\u001b' ? '\\e' : goNamed(sign, 0)),
    behindBackslash('"\\'),
    (sign, code) => (isControl(code) ? inUnits(sign, true) : undefined),
  ),
  // Node in double quotes or backticks; Perl's Data::Dumper
  first(named, behindBackslash('\\'), (_, code) =>
    isControl(code) ? `\\x${hex(code, 2).toUpperCase()}` : undefined,
  ),
  first(named, behindBackslash('"\\$@'), octal),
  // Java's Properties.store, to a writer and to a stream
  first(named, behindBackslash('\\:=#!')),
  first(named, behindBackslash('\\:=#!;')),
  first(named, behindBackslash('\\:=#!'), (sign, code) =>
    code < 0x20 || code > 0x7e ? inUnits(sign, true) : undefined,
  ),
  // XML and HTML: Python, PHP, Go, Java
  entities({ "'": '&#x27;', '"': '&quot;' }),
  entities({ "'": '&#039;', '"': '&quot;' }),
  entities({ "'": '&#39;', '"': '&#34;' }),
  entities({ "'": '&#39;', '"': '&quot;' }),
  entities({ "'": '&apos;', '"': '&quot;' }),
  entities({}),
];

function entities(quotes: Readonly<Record<string, string>>): Escape {
  const all: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', ...quotes };
  return (sign) => own(all, sign);
}
