/** The grain of a time key: a partition is one such period. Minutes and hours are UTC's, weeks are ISO's. */
export type TimeType = 'minute' | 'hour' | 'date' | 'week' | 'month' | 'quarter' | 'year';

/** What tells one length of period from another. */
export interface Grain {
  readonly type: TimeType;
  /** Of minutes: how many a period has; it divides an hour. */
  readonly step?: number;
}

/**
 * Which dates exist. A `weekdays` calendar's partition is that one day; a `month-days` calendar's partition
 * runs from its day to the day before the next one.
 */
export type Calendar =
  | {
      readonly kind: 'weekdays';
      readonly name: string;
      /** ISO weekdays, Monday is 1. */
      readonly weekdays: readonly number[];
      /** Dates without a partition, ascending, `YYYY-MM-DD`. */
      readonly holidays: readonly string[];
      /** The last date for which the holidays are known; later dates are an error. */
      readonly through?: string;
    }
  | { readonly kind: 'month-days'; readonly name: string; readonly days: readonly number[] };

/** Everything needed to walk the partitions of a time key. */
export interface TimeKey extends Grain {
  readonly name: string;
  readonly calendar?: Calendar;
  /** First partition that exists, in canonical text. */
  readonly start?: string;
  /** IANA time zone; the calendar day of an instant depends on it. */
  readonly timezone: string;
}

/** A partition's period: ISO 8601 with offset, end exclusive. */
export interface Period {
  readonly start: string;
  readonly end: string;
}

/**
 * A moment relative to a partition, as written in `due`, `deadline` and `until`: `days` and `at` count from the
 * period's last day, `hours` from its end.
 */
export interface Moment {
  readonly days?: number;
  readonly hours?: number;
  /** `HH:MM`, wall-clock time. */
  readonly at?: string;
  readonly timezone?: string;
  /** With it, `days` counts this calendar's dates. */
  readonly calendar?: Calendar;
}
