/** Shorter ones turn up by chance in almost every line. */
export const SHORT = 4;
/** `base64` and PEM break lines here. */
const WRAPS = [76, 64];

/**
 * Every text under which a secret may appear in a log, as bytes, longest first: as it is, line by line, URL-encoded,
 * as a JSON string, and base64 at each of the three places it can have within a longer encoded text.
 */
export function spellingsOf(secret: string): readonly Buffer[] {
  const texts = new Set<string>();
  const add = (text: string): void => {
    if (text.length >= SHORT) texts.add(text);
  };

  const whole = [secret, secret.trim()];
  const lines = secret.split(/\r?\n/);
  for (const text of [...whole, ...lines, ...lines.map((line) => line.trim())]) {
    add(text);
    const url = encodeURIComponent(text);
    add(url);
    add(url.replaceAll('%20', '+'));
    add(url.replaceAll(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()));
    // What encodeURIComponent leaves, stricter encoders do not.
    add(url.replaceAll(/[!'()*~]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`));
    add(JSON.stringify(text).slice(1, -1));
  }
  for (const text of [secret, ...lines]) if (text.length >= SHORT) base64Of(text).forEach(add);
  // Too short to be safe from chance, but it is the secret itself: better an ugly log than a told secret.
  if (secret.length > 0) texts.add(secret);

  return [...texts].map((text) => Buffer.from(text, 'utf8')).sort((a, b) => b.length - a.length);
}

/** Why a secret is hard to mask, or undefined. */
export function weaknessOf(name: string, secret: string): string | undefined {
  if (secret.length === 0) return `The secret ${name} is empty.`;
  if (secret.length >= SHORT) return undefined;
  return `The secret ${name} has fewer than ${SHORT} characters: masking it also hides harmless text that looks the same. Use a longer one.`;
}

function base64Of(text: string): readonly string[] {
  const bytes = Buffer.from(text, 'utf8');
  const found = [bytes.toString('base64')];
  for (const wrap of WRAPS) {
    const encoded = bytes.toString('base64');
    for (let at = 0; encoded.length > wrap && at < encoded.length; at += wrap) {
      const piece = encoded.slice(at, at + wrap);
      if (piece.length >= 2 * SHORT) found.push(piece);
    }
  }
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
