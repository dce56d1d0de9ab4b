/** What happened, as the middle of a sentence: "Ada *cancelled* Review of shop". */
const SENTENCES: Record<string, string> = {
  'task.queued': 'queued',
  'task.running': 'started',
  'task.waiting': 'paused',
  'task.succeeded': 'completed',
  'task.failed': 'failed at',
  'task.cancelled': 'cancelled',
  'task.rejected': 'rejected',
  'task.dead_letter': 'gave up on',
  'task.updated': 'edited',
  'task.deleted': 'deleted',
  'task.solution-applied': 'applied a known solution to',
  'agent.registered': 'registered',
  'agent.enrolled': 'enrolled',
  'agent.updated': 'edited',
  'agent.activated': 'activated',
  'agent.deactivated': 'deactivated',
  'agent.killed': 'stopped',
  'agent.removed': 'removed',
  'agent.online': 'heard again of',
  'agent.offline': 'lost sight of',
  'agent.key-rotated': 'rotated the key of',
  'review.concluded': 'finished the review of',
  'review.published': 'published the review of',
  'review.publishing-failed': 'could not publish the review of',
  'review.superseded': 'replaced the review of',
  'review.finding-dismissed': 'dismissed a finding in',
  'review.finding-restored': 'brought back a finding in',
  'workflow.published': 'published',
  'workflow.deleted': 'deleted',
  'run.started': 'started',
  'run.resumed': 'resumed',
  'run.succeeded': 'completed',
  'run.partial': 'completed, with a failure,',
  'run.failed': 'failed at',
  'run.cancelled': 'cancelled',
  'approval.requested': 'asked for approval of',
  'approval.approved': 'approved',
  'approval.rejected': 'rejected',
  'approval.expired': 'let expire',
  'approval.escalated': 'escalated',
  'approval.delegated': 'handed on',
  'approval.cancelled': 'withdrew',
  'agents.halted': 'stopped',
  'agents.resumed': 'let go on:',
  'queue.alert': 'saw too long a queue in',
  'queue.recovered': 'saw the queue recover in',
};

/** Puts the topic of an activity into words. */
export function topicWords(topic: string): string {
  return (
    SENTENCES[topic] ??
    topic.slice(topic.indexOf('.') + 1).replaceAll(/[._-]/g, ' ')
  );
}
