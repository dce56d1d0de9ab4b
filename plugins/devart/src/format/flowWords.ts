import type {
  ApprovalStatus,
  EffectClass,
  Run,
  RunStatus,
  StepStatus,
  StepType,
} from '@devart/plugin-devart-common';

export const RUN_STATUS_WORDS: Record<RunStatus, string> = {
  running: 'Running',
  succeeded: 'Succeeded',
  partial: 'Partial',
  failed: 'Failed',
  cancelled: 'Cancelled',
};

export const RUN_STATUS_EXPLANATIONS: Record<RunStatus, string> = {
  running: 'Some step is under way or waits.',
  succeeded: 'Every step succeeded or was skipped by its own condition.',
  partial: 'It came to its end, but a step that may fail did.',
  failed: 'A step failed that may not, or the run took too long.',
  cancelled: 'Somebody stopped it.',
};

export const STEP_STATUS_WORDS: Record<StepStatus, string> = {
  pending: 'Pending',
  running: 'Running',
  waiting: 'Waiting',
  succeeded: 'Succeeded',
  failed: 'Failed',
  skipped: 'Skipped',
  cancelled: 'Cancelled',
};

export const STEP_STATUS_EXPLANATIONS: Record<StepStatus, string> = {
  pending: 'Something it needs has not ended yet.',
  running: 'It is being done, or is in the queue for an agent.',
  waiting: 'Waits for a decision, a time, an event or its next try.',
  succeeded: 'It is done.',
  failed: 'It came to its end without a result.',
  skipped: 'Its condition did not hold, or a step it needs did not succeed.',
  cancelled: 'The run was stopped before it was done.',
};

export const STEP_TYPE_WORDS: Record<StepType, string> = {
  task: 'Task for an agent',
  operation: 'Operation',
  approval: 'Approval',
  wait: 'Pause',
  workflow: 'Another workflow',
  http: 'HTTP request',
};

export const RUN_TRIGGER_WORDS: Record<Run['trigger'], string> = {
  manual: 'A person or the API',
  schedule: 'Schedule',
  event: 'Event',
  webhook: 'Webhook',
  workflow: 'Another run',
  resume: 'Resumed',
};

export const EFFECT_WORDS: Record<EffectClass, string> = {
  none: 'No effect',
  idempotent: 'Repeatable',
  external: 'External effect',
  destructive: 'Destructive',
};

export const EFFECT_EXPLANATIONS: Record<EffectClass, string> = {
  none: 'It changes nothing in the world.',
  idempotent: 'Doing it twice leaves the same as doing it once.',
  external:
    'It reaches beyond the control plane and happens once more each time.',
  destructive: 'It takes something away for good.',
};

export const APPROVAL_STATUS_WORDS: Record<ApprovalStatus, string> = {
  pending: 'Waiting',
  approved: 'Approved',
  rejected: 'Rejected',
  expired: 'Expired',
  cancelled: 'Withdrawn',
};

export const APPROVAL_STATUS_EXPLANATIONS: Record<ApprovalStatus, string> = {
  pending: 'Nobody has decided yet, or not enough people have.',
  approved: 'Everybody who had to agree has.',
  rejected: 'Somebody decided against it.',
  expired: 'Nobody decided in time.',
  cancelled: 'Whoever asked does not need it any more.',
};
