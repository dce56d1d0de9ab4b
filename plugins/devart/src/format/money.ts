import { decimalOfMicros, MICROS_PER_UNIT } from '@devart/plugin-devart-common';

/** More than this many digits after the point no amount has. */
const MICRO_DIGITS = 6;

/** How many digits after the point amounts of a currency have when people write them. */
function digitsOf(currency: string | undefined): number {
  return currency
    ? (new Intl.NumberFormat(undefined, {
        style: 'currency',
        currency,
      }).resolvedOptions().maximumFractionDigits ?? 2)
    : 2;
}

function styleOf(currency: string | undefined): Intl.NumberFormatOptions {
  return currency ? { style: 'currency', currency } : {};
}

/**
 * An amount in millionths of the currency, as people write amounts: `€12.50`,
 * and small ones with two digits that say something: `€0.0042`. Without a
 * currency, the number alone.
 */
export function money(micros: number, currency?: string): string {
  const amount = micros / MICROS_PER_UNIT;
  const digits = digitsOf(currency);
  const isSmall = amount !== 0 && Math.abs(amount) < 10 * 10 ** -digits;
  return amount.toLocaleString(undefined, {
    ...styleOf(currency),
    ...(isSmall
      ? { maximumSignificantDigits: 2 }
      : { minimumFractionDigits: digits, maximumFractionDigits: digits }),
  });
}

/** The same to the last millionth. */
export function exactMoney(micros: number, currency?: string): string {
  return new Intl.NumberFormat(undefined, {
    ...styleOf(currency),
    minimumFractionDigits: digitsOf(currency),
    maximumFractionDigits: MICRO_DIGITS,
    // As text: a number of this size has not enough digits.
  }).format(decimalOfMicros(micros) as `${number}`);
}
