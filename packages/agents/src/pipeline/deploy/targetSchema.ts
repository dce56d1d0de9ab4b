import { z } from 'zod';

/** The name of a target. */
export const targetSchema = z
  .string()
  .regex(
    /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/,
    'must hold only lower-case letters, digits and dashes, and start and end with a letter or digit',
  );
