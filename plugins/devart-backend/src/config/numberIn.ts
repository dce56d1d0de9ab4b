import type { Config } from '@backstage/config';
import { InputError } from '@backstage/errors';

/**
 * A number of the configuration.
 *
 * @throws InputError when it is out of bounds.
 */
export function numberIn(
  config: Config,
  key: string,
  options: { default: number; min: number; max: number },
): number {
  const value = config.getOptionalNumber(key) ?? options.default;
  if (!(value >= options.min && value <= options.max)) {
    throw new InputError(
      `Configuration ${key} is ${value}; it must be from ${options.min} to ${options.max}`,
    );
  }
  return value;
}
