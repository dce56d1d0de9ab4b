import type {
  AgentStatus,
  BoardColumn,
  FindingSeverity,
  TaskPriority,
  TaskStatus,
  WaitingReason,
} from '@devart/plugin-devart-common';

export const STATUS_WORDS: Record<TaskStatus, string> = {
  queued: 'Queued',
  running: 'Running',
  waiting: 'Waiting',
  succeeded: 'Succeeded',
  failed: 'Failed',
  cancelled: 'Cancelled',
  rejected: 'Rejected',
  dead_letter: 'Dead letter',
};

export const STATUS_EXPLANATIONS: Record<TaskStatus, string> = {
  queued: 'Waits for an agent to take it.',
  running: 'An agent is at work on it.',
  waiting: 'Goes on when what it waits for is there.',
  succeeded: 'An agent has completed it.',
  failed: 'It came to its end without a result.',
  cancelled: 'Somebody ended it.',
  rejected: 'Somebody decided against it.',
  dead_letter: 'All attempts failed; somebody has to look at it.',
};

export const COLUMN_WORDS: Record<BoardColumn, string> = {
  queued: 'Queued',
  waiting: 'Waiting',
  running: 'Running',
  succeeded: 'Succeeded',
  stopped: 'Stopped',
};

export const PRIORITY_WORDS: Record<TaskPriority, string> = {
  critical: 'Critical',
  high: 'High',
  medium: 'Medium',
  low: 'Low',
};

export const WAITING_WORDS: Record<WaitingReason, string> = {
  approval: 'for an approval',
  budget: 'for budget',
  input: 'for an answer',
  dependency: 'for another task',
};

export const AGENT_STATUS_WORDS: Record<AgentStatus, string> = {
  idle: 'Idle',
  busy: 'Busy',
  offline: 'Offline',
  pending: 'Pending activation',
  inactive: 'Inactive',
  halted: 'Halted',
};

export const AGENT_STATUS_EXPLANATIONS: Record<AgentStatus, string> = {
  idle: 'Is connected and waits for tasks.',
  busy: 'Is at work on as many tasks as it may.',
  offline: 'Has not been heard of for a while.',
  pending: 'Enrolled by itself; a supervisor has to activate it.',
  inactive: 'Somebody deactivated it; its calls are refused.',
  halted: 'The kill switch for all agents is on.',
};

export const SEVERITY_WORDS: Record<FindingSeverity, string> = {
  error: 'Error',
  warning: 'Warning',
  notice: 'Notice',
};
