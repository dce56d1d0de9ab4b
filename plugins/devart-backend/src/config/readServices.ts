import type { Config } from '@backstage/config';
import { InputError } from '@backstage/errors';
import {
  operations,
  type OperationParsedInput,
} from '@devart/plugin-devart-common';
import { z } from 'zod';

/** A service that is there from the start. */
export type ConfiguredService = Omit<
  OperationParsedInput<typeof operations.services.create>,
  'fallbackId'
> & {
  /** The name of the service that pays in its place. */
  fallback?: string;
};

const serviceSchema = operations.services.create.input
  .omit({ fallbackId: true })
  .extend({ fallback: z.string().optional() });

/**
 * Reads the services that the configuration describes.
 *
 * @throws InputError naming the key and what is accepted.
 */
export function readServices(config: Config): ConfiguredService[] {
  const key = 'devart.money.services';
  const sections = config.getOptionalConfigArray(key) ?? [];
  const names = new Set<string>();
  return sections.map((section, index) => {
    const parsed = serviceSchema.safeParse(section.get());
    if (!parsed.success) {
      const [{ path, message }] = parsed.error.issues;
      throw new InputError(
        `Configuration ${[`${key}[${index}]`, ...path].join('.')}: ${message}`,
      );
    }
    const { name, fallback } = parsed.data;
    if (names.has(name)) {
      throw new InputError(`Configuration ${key} repeats '${name}'`);
    }
    if (fallback !== undefined && !names.has(fallback)) {
      throw new InputError(
        `Configuration ${key}[${index}].fallback is '${fallback}'; it must name a service that stands before`,
      );
    }
    names.add(name);
    return parsed.data;
  });
}
