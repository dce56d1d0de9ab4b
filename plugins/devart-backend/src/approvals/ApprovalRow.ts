import type {
  Approval,
  ApprovalStatus,
  EffectClass,
} from '@devart/plugin-devart-common';

/** A word on an approval as it is stored. */
export interface DecisionRow {
  by: string;
  onBehalfOf: string | null;
  decision: 'approve' | 'reject';
  comment: string | null;
  edit: Record<string, unknown> | null;
  /** The version of what was asked that it is about. */
  contentVersion: number;
  at: string;
}

/** A delegation as it is stored. */
export interface DelegationRow {
  from: string;
  to: string;
  comment: string | null;
  at: string;
}

/** Somebody who may decide. */
export interface DeciderRow {
  /** A user, a group, or {@link EVERYBODY}. */
  ref: string;
  /** Whose say it is; empty for whoever was asked. */
  onBehalfOf: string;
}

/** Stands for everybody with the permission, where nobody is named. */
export const EVERYBODY = '*';

/** A row of `approvals` with everything that hangs on it. */
export interface ApprovalRow {
  id: string;
  organization_id: string;
  status: ApprovalStatus;
  title: string;
  description: string;
  effect: string | null;
  effect_class: EffectClass;
  action: Record<string, unknown>;
  edit_asked: Record<string, unknown> | null;
  edit: Record<string, unknown> | null;
  /** PostgreSQL's bigint comes as text. */
  cost_micros: string | null;
  requested_by: string;
  approvers: string[];
  approvals_needed: number;
  expires_at: Date;
  on_expiry: 'reject' | 'escalate';
  escalate_to: string[];
  escalated_at: Date | null;
  subject_kind: 'task' | 'run' | null;
  subject_id: string | null;
  subject_name: string | null;
  subject_step: string | null;
  subject_step_run_id: string | null;
  task_attempt: number | null;
  entity_ref: string | null;
  reason: string | null;
  created_at: Date;
  decided_at: Date | null;
  version: number;
  content_version: number;
  /** Its deadline has passed. */
  due: boolean;
  decisions: DecisionRow[];
  delegations: DelegationRow[];
  deciders: DeciderRow[];
}

/** What waits for an approval. */
export interface ApprovalSubject {
  kind: 'task' | 'run';
  id: string;
  name: string;
  /** Id of the step in the definition of the run's workflow. */
  step?: string;
  /** Id of this run's step. */
  stepRunId?: string;
}

/** What waits for the approval, if anything does. */
export function subjectOf(row: ApprovalRow): ApprovalSubject | undefined {
  return row.subject_kind && row.subject_id
    ? {
        kind: row.subject_kind,
        id: row.subject_id,
        name: row.subject_name ?? '',
        step: row.subject_step ?? undefined,
        stepRunId: row.subject_step_run_id ?? undefined,
      }
    : undefined;
}

/** The decisions about what is asked now; an edit leaves those before it behind. */
export function currentDecisions(row: ApprovalRow): DecisionRow[] {
  return row.decisions.filter(
    decision => decision.contentVersion === row.content_version,
  );
}

/** The different people who have approved what is asked now. */
export function approversOf(row: ApprovalRow): string[] {
  return currentDecisions(row)
    .filter(({ decision }) => decision === 'approve')
    .map(({ by }) => by);
}

/** An approval as callers see it. */
export function toApproval(
  row: ApprovalRow,
  whyNot: string | undefined,
): Approval {
  const subject = subjectOf(row);
  return {
    id: row.id,
    status: row.status,
    title: row.title,
    description: row.description,
    effect: row.effect ?? undefined,
    effectClass: row.effect_class,
    action: row.action,
    edit: row.edit ?? undefined,
    costMicros: row.cost_micros === null ? undefined : Number(row.cost_micros),
    requestedBy: row.requested_by,
    approvers: row.approvers,
    approvalsNeeded: row.approvals_needed,
    approvalsGiven: approversOf(row).length,
    decisions: row.decisions.map(decision => ({
      by: decision.by,
      onBehalfOf: decision.onBehalfOf ?? undefined,
      decision: decision.decision,
      comment: decision.comment ?? undefined,
      at: new Date(decision.at).toISOString(),
      edited: decision.edit !== null,
      superseded: decision.contentVersion !== row.content_version,
    })),
    delegations: row.delegations.map(({ from, to, comment, at }) => ({
      from,
      to,
      comment: comment ?? undefined,
      at: new Date(at).toISOString(),
    })),
    expiresAt: row.expires_at.toISOString(),
    onExpiry: row.on_expiry,
    escalateTo: row.escalate_to,
    escalatedAt: row.escalated_at?.toISOString(),
    subject: subject && {
      kind: subject.kind,
      id: subject.id,
      name: subject.name,
      step: subject.step,
    },
    entityRef: row.entity_ref ?? undefined,
    createdAt: row.created_at.toISOString(),
    decidedAt: row.decided_at?.toISOString(),
    reason: row.reason ?? undefined,
    version: row.version,
    mayDecide: whyNot === undefined,
    whyNot,
  };
}
