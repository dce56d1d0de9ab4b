/** A part of a whole, from 0 to 1: `0 %`, `7.5 %`, `80 %`. */
export function percentWords(share: number): string {
  return `${Number((share * 100).toFixed(1)).toLocaleString()} %`;
}
