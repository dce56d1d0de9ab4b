import { PermanentError, type TaskResult } from '@devart/agent-sdk';
import { z } from 'zod';
import type { PipelineContext } from '../PipelineContext';
import { readTaskInput } from '../readTaskInput';
import {
  decide,
  observationSchema,
  REMEDIES,
  thresholdsSchema,
} from './decide';

const inputSchema = z.strictObject({
  /** The output of a task that observed. */
  observation: observationSchema,
  thresholds: thresholdsSchema.prefault({}),
  allowed: z.array(z.enum(REMEDIES)).default([...REMEDIES]),
  /** The task fails unless nothing is to be done: for steps that verify. */
  mustBe: z.literal('none').optional(),
});

/**
 * Decides what to do about a release that was observed.
 *
 * @throws PermanentError when something is to be done and the task says that
 * nothing must be
 */
export function decideAbout({ task }: PipelineContext): TaskResult {
  const { mustBe, ...input } = readTaskInput(task, inputSchema);
  const decision = decide(input);
  const because = decision.reasons.join('; ');
  if (mustBe === 'none' && !decision.isGood) {
    throw new PermanentError(`It does not hold: ${because}`);
  }
  return {
    output: { ...decision },
    summary: `${decision.action === 'none' ? 'Nothing is to be done' : `Decided on a ${decision.action}`}: ${because}.`,
  };
}
