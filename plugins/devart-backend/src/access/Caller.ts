import type { BackstageCredentials } from '@backstage/backend-plugin-api';
import { NotAllowedError } from '@backstage/errors';
import type {
  PermissionCondition,
  PermissionCriteria,
} from '@backstage/plugin-permission-common';
import type { ResourceType, Role } from '@devart/plugin-devart-common';
import type { Scope } from '../database/Scope';

/** What a policy lets somebody do with some objects only. */
export interface Restriction {
  /** The name of the permission. */
  permission: string;
  type: ResourceType;
  conditions: PermissionCriteria<PermissionCondition>;
}

/** What somebody may do with objects: with all of them, none, or some. */
export type Right = 'all' | 'none' | Restriction;

/** A person or a service of the portal. */
export interface MemberCaller {
  kind: 'user' | 'service';
  actor: string;
  /** Their own reference and those of their groups, in lower case. */
  refs: readonly string[];
  role: Role;
  organizationId: string;
  credentials: BackstageCredentials;
  /**
   * A run of a workflow acts in their name: their role alone decides, since
   * their credentials were not kept and `credentials` are nobody's.
   */
  isActedFor?: true;
  /** What the policy of the portal narrows of what they do in this call. */
  restrictions?: readonly Restriction[];
}

/** An agent that proved itself with its key. */
export interface AgentCaller {
  kind: 'agent';
  actor: string;
  organizationId: string;
  agentId: string;
  /** The key with which it proved itself. */
  keyId: string;
  name: string;
  capabilities: readonly string[];
  maxConcurrent: number;
  /** Patterns of the models that it may use; all without. */
  allowedModels?: readonly string[];
}

/** Somebody without an account. */
export interface AnonymousCaller {
  kind: 'anonymous';
  actor: 'anonymous';
  /** The organisation in whose audit trail their calls stand. */
  organizationId: string;
}

/** Who makes a call. */
export type Caller = MemberCaller | AgentCaller | AnonymousCaller;

/** A caller with an account or a key: somebody in whose name the database can be asked. */
export type KnownCaller = MemberCaller | AgentCaller;

/** In whose name the database is asked for a caller. */
export function scopeOf(caller: KnownCaller): Scope {
  return caller.kind === 'agent'
    ? {
        kind: 'agent',
        organizationId: caller.organizationId,
        actor: caller.actor,
        agentId: caller.agentId,
      }
    : {
        kind: 'member',
        organizationId: caller.organizationId,
        actor: caller.actor,
        role: caller.role,
      };
}

/** @throws NotAllowedError when the caller is no person or service. */
export function requireMember(caller: Caller): MemberCaller {
  if (caller.kind === 'agent' || caller.kind === 'anonymous') {
    throw new NotAllowedError('This is for people and services');
  }
  return caller;
}

/** @throws NotAllowedError when the caller is no agent. */
export function requireAgent(caller: Caller): AgentCaller {
  if (caller.kind !== 'agent') {
    throw new NotAllowedError('This is for agents, with their own key');
  }
  return caller;
}

/** @throws NotAllowedError when the caller has neither account nor key. */
export function requireKnown(caller: Caller): KnownCaller {
  if (caller.kind === 'anonymous') {
    throw new NotAllowedError('This needs an account or a key');
  }
  return caller;
}

/** @throws NotAllowedError when an agent names another agent than itself. */
export function requireSelf(caller: Caller, agentId: string): AgentCaller {
  const agent = requireAgent(caller);
  if (agent.agentId !== agentId) {
    throw new NotAllowedError('An agent may do this only for itself');
  }
  return agent;
}
