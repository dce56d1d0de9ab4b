import type { Role } from '@devart/plugin-devart-common';
import type { TransactionSettings } from './Transaction';

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

/** The settings that the policies read. */
export function settingsOf(scope: Scope): TransactionSettings {
  return {
    organization: scope.organizationId,
    role: scope.kind === 'member' ? scope.role : 'agent',
    actor: scope.actor,
    agent: scope.kind === 'agent' ? scope.agentId : '',
  };
}
