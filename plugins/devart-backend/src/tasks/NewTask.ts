/** A task that does not exist yet. */
export interface NewTask {
  id: string;
  organizationId: string;
  title: string;
  description: string;
  type: string;
  priority: number;
  capabilities: readonly string[];
  capabilitySetId: number;
  entityRef?: string;
  maxAttempts: number;
  runAfter?: string;
  parentId?: string;
  idempotencyKey?: string;
  requestHash?: Buffer;
  input: Record<string, unknown>;
  traceparent?: string;
  run?: { id: string; stepId: string };
}
