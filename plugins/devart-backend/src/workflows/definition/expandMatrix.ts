import { MAX_MATRIX_SIZE } from '@devart/plugin-devart-common';
import { kindOf } from './expressions/celValues';
import { ExpressionError } from './expressions/ExpressionError';

/** One combination of the values of a matrix. */
export interface MatrixCombination {
  /** From 0. */
  index: number;
  values: Record<string, unknown>;
}

/**
 * Every combination of the values, the last name changing fastest; none when
 * one of the lists is empty.
 *
 * @throws ExpressionError when a value is no list, or there are too many combinations.
 */
export function expandMatrix(
  lists: Record<string, unknown>,
): MatrixCombination[] {
  let combinations: Record<string, unknown>[] = [{}];
  for (const [name, list] of Object.entries(lists)) {
    if (!Array.isArray(list)) {
      throw new ExpressionError(
        `must be a list, not ${kindOf(list)}`,
        `matrix.${name}`,
      );
    }
    if (combinations.length * list.length > MAX_MATRIX_SIZE) {
      throw new ExpressionError(
        `makes more than ${MAX_MATRIX_SIZE} combinations`,
        'matrix',
      );
    }
    combinations = combinations.flatMap(values =>
      list.map(value => ({ ...values, [name]: value })),
    );
  }
  return combinations.map((values, index) => ({ index, values }));
}
