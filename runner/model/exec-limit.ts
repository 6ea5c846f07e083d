/** Linux gives a program no longer word or `NAME=value` than 32 pages, with its end. */
export const MOST_WORD_BYTES = 128 * 1024 - 1;
