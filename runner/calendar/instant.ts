import { Temporal } from 'temporal-polyfill';

export type InstantText =
  | { readonly ok: true; readonly epochMs: number }
  /** `suggestion` is the same with the zone's offset, where only that was lacking. */
  | { readonly ok: false; readonly reason: string; readonly suggestion?: string };

/**
 * Reads a moment as a person or a program writes it: `2021-01-29T18:00-05:00`, `2021-01-29T23:00:00Z`. A date or a
 * local time is no moment before a zone is named: it is refused with what it would be in `timezone`.
 */
export function parseInstant(text: string, timezone: string): InstantText {
  const epochMs = instantOf(text);
  if (epochMs !== undefined) return { ok: true, epochMs };
  const suggestion = inZone(text, timezone);
  return {
    ok: false,
    reason: `expected an instant with its offset, found "${text}"`,
    ...(suggestion !== undefined && { suggestion }),
  };
}

function instantOf(text: string): number | undefined {
  // Years of more than four digits have no partition, and no text of sluice's holds them.
  if (!/^\d{4}-/.test(text)) return undefined;
  return attempt(() => Temporal.Instant.from(text).epochMilliseconds);
}

function inZone(text: string, timezone: string): string | undefined {
  if (!/^\d{4}-/.test(text)) return undefined;
  return attempt(() =>
    Temporal.PlainDateTime.from(text)
      .toZonedDateTime(timezone)
      .toString({ timeZoneName: 'never', smallestUnit: 'second' }),
  );
}

function attempt<Value>(read: () => Value): Value | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
