/** A call, or something else that happened, for the audit trail. */
export interface NewAuditEntry {
  organizationId: string;
  actor: string;
  operation: string;
  outcome: 'succeeded' | 'refused' | 'failed';
  httpStatus?: number;
  subject?: string;
  entityRef?: string;
  /** Without secrets. */
  detail: Record<string, unknown>;
}
