import type {
  AuthService,
  BackstageCredentials,
  HttpAuthService,
  UserInfoService,
} from '@backstage/backend-plugin-api';
import { AuthenticationError, NotAllowedError } from '@backstage/errors';
import type { RoleMapping } from '@devart/plugin-devart-node';
import type { Operation } from '@devart/plugin-devart-common';
import type { Request } from 'express';
import type { AgentAuthenticator } from './AgentAuthenticator';
import type { Caller, MemberCaller } from './Caller';
import type { Organizations } from './Organizations';
import { AGENT_KEY_PREFIX } from './secrets';

/** Calls with which an agent that is being deactivated may finish its work. */
const FINISHING_OPERATIONS = new Set([
  'agents.heartbeat',
  'agents.returnTasks',
  'tasks.get',
  'tasks.setStatus',
  'tasks.complete',
  'tasks.reportFailure',
  'tasks.reportProgress',
  'tasks.appendLogs',
  'tasks.addArtifact',
  'reviews.checkout',
  'approvals.list',
  'approvals.get',
  'approvals.request',
]);

/** Calls that an agent may make although it may not work. */
const ALWAYS_ALLOWED_OPERATIONS = new Set(['agents.me']);

function bearerToken(request: Request): string | undefined {
  return request.headers.authorization?.match(/^Bearer\s+(\S+)$/i)?.[1];
}

/** An agent that may not work made a call; carries who it was, for the audit trail. */
export class RefusedAgentError extends NotAllowedError {
  readonly caller: Caller;

  constructor(message: string, caller: Caller) {
    super(message);
    // Not shown to callers: errors are serialised with what is enumerable.
    Object.defineProperty(this, 'caller', { enumerable: false });
    this.caller = caller;
  }
}

/** Finds out who makes a call. */
export class CallerResolver {
  readonly #options: {
    agents: AgentAuthenticator;
    auth: AuthService;
    httpAuth: HttpAuthService;
    organizations: Organizations;
    roles: RoleMapping;
    userInfo: UserInfoService;
  };

  constructor(options: {
    agents: AgentAuthenticator;
    auth: AuthService;
    httpAuth: HttpAuthService;
    organizations: Organizations;
    roles: RoleMapping;
    userInfo: UserInfoService;
  }) {
    this.#options = options;
  }

  /**
   * Who makes the call.
   *
   * @throws AuthenticationError when a key or token is wrong, or missing where
   * one is needed.
   * @throws NotAllowedError when an agent may not work.
   */
  async resolve(request: Request, operation: Operation): Promise<Caller> {
    const token = bearerToken(request);
    if (token?.startsWith(AGENT_KEY_PREFIX)) {
      return this.#agent(token, operation);
    }
    if (operation.callers.anonymous && token === undefined) {
      return this.anonymous();
    }
    return this.#member(request);
  }

  /** Somebody without an account. */
  anonymous(): Caller {
    return {
      kind: 'anonymous',
      actor: 'anonymous',
      organizationId: this.#options.organizations.first.id,
    };
  }

  async #agent(key: string, operation: Operation): Promise<Caller> {
    const agent = await this.#options.agents.authenticate(key);
    if (!agent) {
      throw new AuthenticationError(
        'The key is not the key of an agent, or is no longer valid',
      );
    }
    const allowed =
      !agent.refusal ||
      ALWAYS_ALLOWED_OPERATIONS.has(operation.id) ||
      (agent.finishing && FINISHING_OPERATIONS.has(operation.id));
    if (!allowed) {
      throw new RefusedAgentError(agent.refusal!, agent.caller);
    }
    return agent.caller;
  }

  async #member(request: Request): Promise<Caller> {
    return this.member(
      await this.#options.httpAuth.credentials(request, {
        allow: ['user', 'service'],
      }),
    );
  }

  /**
   * The person or service behind credentials.
   *
   * @throws AuthenticationError when there is none.
   */
  async member(credentials: BackstageCredentials): Promise<MemberCaller> {
    const { auth, organizations, roles, userInfo } = this.#options;
    if (auth.isPrincipal(credentials, 'user')) {
      const { userEntityRef, ownershipEntityRefs } =
        await userInfo.getUserInfo(credentials);
      const refs = [userEntityRef, ...ownershipEntityRefs];
      return {
        kind: 'user',
        actor: userEntityRef,
        refs: [...new Set(refs.map(ref => ref.toLowerCase()))],
        role: roles.roleOfUser(refs),
        organizationId: organizations.organizationOf(refs).id,
        credentials,
      };
    }
    if (auth.isPrincipal(credentials, 'service')) {
      const { subject } = credentials.principal;
      return {
        kind: 'service',
        actor: `service:${subject}`,
        refs: [`service:${subject}`.toLowerCase()],
        role: roles.roleOfService(subject),
        organizationId: organizations.organizationOf([`service:${subject}`]).id,
        credentials,
      };
    }
    throw new AuthenticationError('Sign in, or send a token or key');
  }
}
