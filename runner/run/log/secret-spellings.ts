import { byteSpellings } from './spellings/bytes.ts';
import { jsonTexts } from './spellings/fields.ts';
import { percentSpellings } from './spellings/percent.ts';
import { quotedSpellings } from './spellings/quoted.ts';
import { shellSpellings } from './spellings/shell.ts';

/** Shorter ones turn up by chance in almost every line. */
export const SHORT = 4;

/**
 * Every text under which a secret may appear in a log, as bytes: as it is, line by line, each text within it if it is
 * JSON; and each of these as programs spell it: in URLs, in string literals and documents, by shells, as hexadecimal
 * digits, lists of bytes and base64.
 */
export function spellingsOf(secret: string): readonly Buffer[] {
  const texts = new Set<string>();
  for (const whole of [secret, ...jsonTexts(secret)]) {
    const lines = whole.split(/\r?\n/);
    for (const text of new Set([whole, ...lines].flatMap((line) => [line, line.trim()]))) {
      if (text.length < SHORT) continue;
      const spelled = [percentSpellings, quotedSpellings, shellSpellings, byteSpellings];
      for (const spelling of [text, ...spelled.flatMap((spell) => spell(text))]) {
        if (spelling.length >= SHORT) texts.add(spelling);
      }
    }
  }
  // Too short to be safe from chance, but it is the secret itself: better an ugly log than a told secret.
  if (secret.length > 0) texts.add(secret);
  return [...texts].map((text) => Buffer.from(text, 'utf8'));
}

/** Why a secret is hard to mask, or undefined. */
export function weaknessOf(name: string, secret: string): string | undefined {
  if (secret.length === 0) return `The secret ${name} is empty.`;
  if (secret.length >= SHORT) return undefined;
  return `The secret ${name} has fewer than ${SHORT} characters: masking it also hides harmless text that looks the same. Use a longer one.`;
}
