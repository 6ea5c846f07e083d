/** `base64` and PEM break lines here. */
const BASE64_WRAPS = [76, 64];
/** `xxd -p` breaks lines here. */
const HEX_WRAP = 60;
/** Longer ones are not printed as lists of numbers. */
const LISTED_BYTES = 512;
/** A piece of a broken line that is shorter is no more than chance. */
const PIECE = 8;

/** A text's bytes as encoders and debuggers print them. */
export function byteSpellings(text: string): readonly string[] {
  const bytes = Buffer.from(text, 'utf8');
  return [...base64Spellings(bytes), ...hexSpellings(bytes), ...listSpellings(bytes)];
}

/** In both alphabets, at each of the three places that it can have within a longer encoded text. */
function base64Spellings(bytes: Buffer): readonly string[] {
  const whole = bytes.toString('base64');
  const found = [whole, ...BASE64_WRAPS.flatMap((wrap) => pieces(whole, wrap))];
  for (const before of [0, 1, 2]) {
    const encoded = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
    // A character that shares bits with a neighbour of the secret can be anything.
    const from = Math.ceil((before * 8) / 6);
    const to = Math.floor(((before + bytes.length) * 8) / 6);
    found.push(encoded.slice(from, to));
  }
  return found.flatMap((encoded) => [
    encoded,
    encoded.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', ''),
  ]);
}

function hexSpellings(bytes: Buffer): readonly string[] {
  const whole = bytes.toString('hex');
  const pairs = whole.match(/../g) ?? [];
  const lower = [whole, ...pieces(whole, HEX_WRAP)];
  if (bytes.length <= LISTED_BYTES) {
    lower.push(
      ...[' ', ':', '-', '\\x'].map((between) => pairs.join(between)),
      pairs.map((pair) => `0x${pair}`).join(', '),
    );
  }
  return lower.flatMap((spelling) => [
    spelling,
    spelling.replaceAll(/[a-f]/g, (digit) => digit.toUpperCase()),
  ]);
}

/** `[104 105]` of Go, `[104, 105]` of Python, Java (whose bytes have a sign) and JavaScript. */
function listSpellings(bytes: Buffer): readonly string[] {
  if (bytes.length > LISTED_BYTES) return [];
  const signed = [...bytes].map((byte) => (byte > 127 ? byte - 256 : byte)).join(', ');
  return [...[' ', ', ', ','].map((between) => [...bytes].join(between)), signed];
}

function pieces(text: string, wrap: number): readonly string[] {
  if (text.length <= wrap) return [];
  const found: string[] = [];
  for (let at = 0; at < text.length; at += wrap) found.push(text.slice(at, at + wrap));
  return found.filter((piece) => piece.length >= PIECE);
}
