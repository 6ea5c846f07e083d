/** A limit as somebody set it: `1.8 s`, `90 s`, `5 min`. */
export function formatLimit(seconds: number): string {
  const rounded = Number(seconds.toPrecision(3));
  return seconds > 0 && seconds % 60 === 0
    ? `${seconds / 60} min`
    : `${rounded < 1000 ? rounded : Math.round(seconds)} s`;
}

/** `0.4 s`, `12 s`, `3 min 05 s`, `2 h 10 min`. */
export function formatDuration(seconds: number): string {
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} min ${String(whole % 60).padStart(2, '0')} s`;
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`;
}
