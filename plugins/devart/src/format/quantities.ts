/** A number of things: `1 task`, `2 tasks`. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString()} ${count === 1 ? one : many}`;
}

/** A duration in seconds in one or two units: `42 s`, `3 min 5 s`, `2 h 10 min`. */
export function duration(seconds: number): string {
  if (seconds < 10) {
    return `${Number(seconds.toFixed(1))} s`;
  }
  const whole = Math.round(seconds);
  const steps: [unit: string, size: number][] = [
    ['d', 86_400],
    ['h', 3600],
    ['min', 60],
    ['s', 1],
  ];
  const first = steps.findIndex(([, size]) => whole >= size);
  return steps
    .slice(first, first + 2)
    .map(([unit, size], index) => {
      const rest = index === 0 ? whole : whole % steps[first][1];
      return [Math.floor(rest / size), unit] as const;
    })
    .filter(([amount]) => amount > 0)
    .map(([amount, unit]) => `${amount} ${unit}`)
    .join(' ');
}

/** Bytes in the largest unit that keeps the number readable. */
export function bytes(count: number): string {
  if (count < 1024) {
    return plural(count, 'byte');
  }
  const kib = count / 1024;
  return kib < 1024
    ? `${kib.toFixed(1)} KiB`
    : `${(kib / 1024).toFixed(1)} MiB`;
}
