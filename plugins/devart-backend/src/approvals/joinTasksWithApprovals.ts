import type { TaskMachine } from '../tasks/TaskMachine';
import type { TasksService } from '../tasks/TasksService';
import type { ApprovalMachine, DecidedApproval } from './ApprovalMachine';

function releaseOf(decided: DecidedApproval): {
  to: 'queued' | 'rejected' | 'cancelled';
  reason: string;
} {
  const by = decided.decidedBy.join(', ');
  const why = decided.comment ? `: ${decided.comment}` : '';
  switch (decided.status) {
    case 'approved':
      return { to: 'queued', reason: `approved by ${by}${why}` };
    case 'rejected':
      return { to: 'rejected', reason: `rejected by ${by}${why}` };
    case 'cancelled':
      return {
        to: 'cancelled',
        reason: `the request for approval was withdrawn by ${by}${why}`,
      };
    default:
      return { to: 'rejected', reason: 'nobody approved it in time' };
  }
}

/**
 * Lets tasks go on, or end, with the approvals they wait for, and withdraws
 * approvals of tasks that wait no longer. Both are part of one transaction.
 */
export function joinTasksWithApprovals(options: {
  tasks: TasksService;
  machine: TaskMachine;
  approvals: ApprovalMachine;
}): void {
  const { tasks, machine, approvals } = options;
  approvals.onDeciding(async (tx, { organizationId, subject }) => {
    if (subject.kind === 'task') {
      await tasks.lockIn(tx, organizationId, subject.id);
    }
  });
  approvals.onDecided(async (tx, decided) => {
    if (decided.subject?.kind === 'task') {
      await tasks.releaseIn(
        tx,
        decided.organizationId,
        decided.subject.id,
        releaseOf(decided),
      );
    }
  });
  machine.onLeftWaiting((tx, task, reason) =>
    approvals.withdrawOfTask(tx, task.id, reason),
  );
}
