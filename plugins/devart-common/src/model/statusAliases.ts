/** Older spellings of task statuses, each with the canonical word it stands for. */
const ALIASES: Record<string, string> = {
  todo: 'queued',
  pending: 'queued',
  not_started: 'queued',
  submitted: 'queued',
  in_progress: 'running',
  working: 'running',
  done: 'succeeded',
  completed: 'succeeded',
  success: 'succeeded',
  canceled: 'cancelled',
  quarantined: 'dead_letter',
  pending_budget_approval: 'waiting',
  input_required: 'waiting',
  auth_required: 'waiting',
};

/** Turns an older spelling into the canonical one; leaves everything else alone. */
export function statusFromAlias(value: unknown): unknown {
  if (typeof value !== 'string') {
    return value;
  }
  const word = value.toLowerCase().replaceAll('-', '_');
  return Object.hasOwn(ALIASES, word) ? ALIASES[word] : word;
}
