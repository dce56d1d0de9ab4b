import type { Agent } from '@devart/plugin-devart-common';

/** Says why an agent may not work. */
export function refusalMessage(refusal: {
  activation: Agent['activation'];
  halted: boolean;
  reason: string | null;
}): string {
  const because = refusal.reason ? `: ${refusal.reason}` : '';
  if (refusal.halted) {
    return `All agents are stopped${because}`;
  }
  return refusal.activation === 'pending'
    ? 'The agent is waiting until a supervisor activates it'
    : `The agent is inactive${because}`;
}
