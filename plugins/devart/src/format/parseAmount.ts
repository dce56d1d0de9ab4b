import {
  MAX_AMOUNT_MICROS,
  MICROS_PER_UNIT,
} from '@devart/plugin-devart-common';

const AMOUNT = /^(\d+)(?:\.(\d{1,6}))?$/;

/** What was typed as an amount: in millionths, or what is wrong with it. */
export type ParsedAmount = { micros: number } | { problem: string };

/**
 * Reads an amount as people type it, exactly. A comma is refused: to some it
 * begins the decimals, to others it parts the thousands.
 */
export function parseAmount(typed: string): ParsedAmount {
  const text = typed.trim();
  if (text === '') {
    return { problem: 'Give an amount, for example 12.50.' };
  }
  if (text.includes(',')) {
    return { problem: 'Write it with a point and without commas: 1234.50.' };
  }
  if (text.startsWith('-')) {
    return { problem: 'Must not be negative.' };
  }
  const match = AMOUNT.exec(text);
  if (!match) {
    return {
      problem: 'Must be a number with at most six digits after the point.',
    };
  }
  const [, units, rest = ''] = match;
  const micros = Number(units) * MICROS_PER_UNIT + Number(rest.padEnd(6, '0'));
  return micros <= MAX_AMOUNT_MICROS
    ? { micros }
    : {
        problem: `Must be at most ${(MAX_AMOUNT_MICROS / MICROS_PER_UNIT).toLocaleString()}.`,
      };
}
