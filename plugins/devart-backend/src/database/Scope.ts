import type { Role } from '@devart/plugin-devart-common';

/**
 * In whose name a transaction runs. Row-level security decides from this what
 * it may see and change.
 */
export type Scope =
  | {
      kind: 'member';
      organizationId: string;
      actor: string;
      role: Role;
    }
  | {
      kind: 'agent';
      organizationId: string;
      actor: string;
      agentId: string;
    };

/** The settings that the policies read, in the order in which they are set. */
export function settingsOf(scope: Scope): {
  organization: string;
  role: string;
  actor: string;
  agent: string;
} {
  return {
    organization: scope.organizationId,
    role: scope.kind === 'member' ? scope.role : 'agent',
    actor: scope.actor,
    agent: scope.kind === 'agent' ? scope.agentId : '',
  };
}
