import type { TaskResult } from '@devart/agent-sdk';
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
});

/** Decides what to do about a release that was observed. */
export function decideAbout({ task }: PipelineContext): TaskResult {
  const decision = decide(readTaskInput(task, inputSchema));
  return {
    output: { ...decision },
    summary: `${decision.action === 'none' ? 'Nothing is to be done' : `Decided on a ${decision.action}`}: ${decision.reasons.join('; ')}.`,
  };
}
