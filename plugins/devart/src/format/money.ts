import { decimalOfMicros, MICROS_PER_UNIT } from '@devart/plugin-devart-common';

/** More than this many digits after the point no amount has. */
const MICRO_DIGITS = 6;

/** How amounts of one currency are written. */
interface AmountFormats {
  /** With as many digits after the point as people write in this currency. */
  usual: Intl.NumberFormat;
  /** For amounts of which those digits would say nothing. */
  small: Intl.NumberFormat;
  exact: Intl.NumberFormat;
  /** Below it an amount is small, in units of the currency. */
  smallBelow: number;
}

// Making one costs more than using it a hundred times, and tables are full of amounts.
const known = new Map<string | undefined, AmountFormats>();

function formatsOf(currency: string | undefined): AmountFormats {
  const kept = known.get(currency);
  if (kept) {
    return kept;
  }
  const style: Intl.NumberFormatOptions = currency
    ? { style: 'currency', currency }
    : { minimumFractionDigits: 2, maximumFractionDigits: 2 };
  const usual = new Intl.NumberFormat(undefined, style);
  const digits = usual.resolvedOptions().maximumFractionDigits ?? 2;
  const formats: AmountFormats = {
    usual,
    small: new Intl.NumberFormat(undefined, {
      ...(currency ? style : {}),
      maximumSignificantDigits: 2,
    }),
    exact: new Intl.NumberFormat(undefined, {
      ...style,
      maximumFractionDigits: MICRO_DIGITS,
    }),
    smallBelow: 10 * 10 ** -digits,
  };
  known.set(currency, formats);
  return formats;
}

/**
 * An amount in millionths of the currency, as people write amounts: `€12.50`,
 * and small ones with two digits that say something: `€0.0042`. Without a
 * currency, the number alone.
 */
export function money(micros: number, currency?: string): string {
  const { usual, small, smallBelow } = formatsOf(currency);
  const amount = micros / MICROS_PER_UNIT;
  const isSmall = amount !== 0 && Math.abs(amount) < smallBelow;
  return (isSmall ? small : usual).format(amount);
}

/** The same to the last millionth. */
export function exactMoney(micros: number, currency?: string): string {
  // As text: a number of this size has not enough digits.
  return formatsOf(currency).exact.format(
    decimalOfMicros(micros) as `${number}`,
  );
}
