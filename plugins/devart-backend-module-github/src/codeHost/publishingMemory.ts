import { z } from 'zod';

const publishingMemorySchema = z.object({
  checkRun: z
    .object({ id: z.int(), reviewId: z.string(), url: z.string().optional() })
    .optional()
    .catch(undefined),
  comment: z
    .object({ id: z.int(), url: z.string() })
    .optional()
    .catch(undefined),
});

/**
 * What a publication leaves behind so that the next one need not search. All
 * of it can be found again at GitHub.
 */
export type PublishingMemory = z.output<typeof publishingMemorySchema>;

/** Reads what an earlier publication left; what cannot be read is forgotten. */
export function readPublishingMemory(
  state: Record<string, unknown>,
): PublishingMemory {
  return publishingMemorySchema.parse(state);
}
