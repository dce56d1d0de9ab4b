import { z } from 'zod';
import {
  agentReadPermission,
  recordingReadPermission,
} from '../permissions/permissions';
import { defineOperation } from './defineOperation';
import { idSchema, instantSchema, pageInput, pageOf } from './shared';

/** A provider of models, as the gateway knows it now. */
export const modelUpstreamSchema = z.object({
  /** What the names of its models begin with, and the name of its service. */
  id: z.string(),
  title: z.string(),
  serviceId: idSchema,
  /** away: it did not say which models it has when it was last asked. */
  state: z.enum(['ready', 'away']),
  /** Why it is away. */
  detail: z.string().optional(),
  models: z.array(
    z.object({
      /** What agents write in `model`. */
      id: z.string(),
      /** Enough where no other upstream has a model of this name. */
      name: z.string(),
      /** How many tokens it takes in and gives out together, where that is known. */
      contextTokens: z.int().optional(),
      /** In millionths of the currency, for a million tokens; without a price the model cannot be called. */
      price: z
        .object({
          inputMillionMicros: z.int(),
          outputMillionMicros: z.int(),
          cachedInputMillionMicros: z.int().optional(),
        })
        .optional(),
    }),
  ),
});

/** A provider of models. */
export type GatewayUpstream = z.output<typeof modelUpstreamSchema>;

const status = defineOperation({
  id: 'gateway.status',
  title: 'Read which models there are',
  description:
    'The providers of models with their models and prices; none when no model is configured. An agent sees those that it may use.',
  method: 'GET',
  path: '/gateway/status',
  effect: 'read',
  idempotent: true,
  callers: { people: agentReadPermission, agents: true },
  input: z.strictObject({}),
  output: z.object({
    upstreams: z.array(modelUpstreamSchema),
    /** Whether what is asked and answered is kept. */
    isRecording: z.boolean(),
  }),
});

/** What an agent asked a model, and what that answered. */
export const gatewayRecordingSchema = z.object({
  id: idSchema,
  /** As in the header `x-request-id` of the answer, and in the ledger. */
  requestId: z.string(),
  at: instantSchema,
  agent: z.object({ id: idSchema, name: z.string() }),
  taskId: idSchema.optional(),
  service: z.string(),
  model: z.string(),
  endpoint: z.string(),
  /** JSON, cut where it is long. */
  request: z.string(),
  answer: z.string(),
  /** complete, hung_up, unknown, or what went wrong. */
  end: z.string(),
});

/** What an agent asked a model, and what that answered. */
export type GatewayRecording = z.output<typeof gatewayRecordingSchema>;

const recordings = defineOperation({
  id: 'gateway.recordings',
  title: 'Read what was asked of models',
  description:
    'Requests and answers of calls of models, newest first, where the configuration has them recorded; without what looks like a secret.',
  method: 'GET',
  path: '/gateway/recordings',
  effect: 'read',
  idempotent: true,
  callers: { people: recordingReadPermission },
  input: z.strictObject({
    agentId: idSchema.optional(),
    taskId: idSchema.optional(),
    ...pageInput,
  }),
  output: pageOf(gatewayRecordingSchema),
});

/** Operations on the model gateway; the models themselves are called below `/gateway/v1`. */
export const gateway = { status, recordings };
