import {
  decimalOfMicros,
  MAX_AMOUNT_MICROS,
} from '@devart/plugin-devart-common';
import fc from 'fast-check';
import { typedAmount } from '../budgets/limitFormModel';
import { exactMoney, money } from './money';
import { parseAmount } from './parseAmount';

const amounts = fc.integer({ min: 0, max: MAX_AMOUNT_MICROS });

describe('amounts', () => {
  it('are read exactly as they are written', () => {
    fc.assert(
      fc.property(amounts, micros => {
        expect(parseAmount(decimalOfMicros(micros))).toEqual({ micros });
        expect(parseAmount(typedAmount(micros))).toEqual({ micros });
      }),
    );
  });

  it('lose nothing where they are shown exactly', () => {
    fc.assert(
      fc.property(amounts, micros => {
        const digits = exactMoney(micros).replaceAll(',', '');
        expect(parseAmount(digits)).toEqual({ micros });
      }),
    );
  });

  it('are refused when they are none, with the reason', () => {
    for (const typed of ['', '-1', '1,5', '1.2345678', '1e3', 'NaN', '0x10']) {
      expect(parseAmount(typed)).toEqual({ problem: expect.any(String) });
    }
    expect(parseAmount('1000000000.000001')).toEqual({
      problem: expect.stringContaining('at most'),
    });
  });

  it('are short for people, in the currency and with its digits', () => {
    expect(money(12_500_000, 'EUR')).toBe('€12.50');
    expect(money(4213, 'EUR')).toBe('€0.0042');
    expect(exactMoney(4213, 'EUR')).toBe('€0.004213');
    expect(money(1_234_000_000, 'JPY')).toBe('¥1,234');
    expect(money(0, 'EUR')).toBe('€0.00');
  });
});
