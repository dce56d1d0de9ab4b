import { z } from 'zod';
import { commandsSchema, insidePathSchema } from './ProjectSettings';

/** What a task says of the project that it is about. */
export const projectInput = {
  /** A URL, or a folder on the machine of the agent; a relative one from the first that is allowed. */
  repository: z.string().min(1).max(2000),
  /** The folder of the project in the repository. */
  path: insidePathSchema.default(''),
  /** A branch, tag or commit; the newest commit of the repository's main branch unless given. */
  revision: z.string().min(1).max(200).default('HEAD'),
  /** What to run instead of what the project says. */
  commands: commandsSchema.optional(),
  /** For how long the commands may run altogether. */
  timeoutSeconds: z.number().positive().optional(),
};

/** The project that a task is about. */
export type ProjectInput = z.output<z.ZodObject<typeof projectInput>>;
