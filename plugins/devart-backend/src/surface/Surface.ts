import type {
  AuthService,
  HttpAuthService,
  UserInfoService,
} from '@backstage/backend-plugin-api';
import type { ActionsRegistryService } from '@backstage/backend-plugin-api/alpha';
import type { Router } from 'express';
import type { AgentAuthenticator } from '../access/AgentAuthenticator';
import type { ObjectAccess } from '../access/ObjectAccess';
import { CallerResolver } from '../access/CallerResolver';
import type { Organizations } from '../access/Organizations';
import { RateLimiter } from '../access/RateLimiter';
import type { Audit } from '../audit/Audit';
import type { DevartConfig } from '../config/DevartConfig';
import type { Part } from '../loops/Part';
import { endConnections } from './endConnections';
import type { AllHandlers } from '../operations/Handlers';
import { OperationRouter } from './OperationRouter';
import { OperationRunner } from './OperationRunner';
import { registerActions } from './registerActions';

/** What the surface is built on. */
export interface SurfaceOptions {
  config: Pick<DevartConfig, 'rateLimits' | 'roles'>;
  handlers: AllHandlers;
  /** Knows agents by their keys. */
  keyring: AgentAuthenticator;
  organizations: Organizations;
  audit: Audit;
  actions: ActionsRegistryService;
  auth: AuthService;
  httpAuth: HttpAuthService;
  access: ObjectAccess;
  userInfo: UserInfoService;
}

/** The operations as everybody calls them: over HTTP, as actions, in steps of workflows. */
export class Surface implements Part {
  readonly runner: OperationRunner;
  readonly router: Router;
  readonly #stopping = new AbortController();

  constructor(options: SurfaceOptions) {
    const { config, handlers, access } = options;
    const stopping = this.#stopping.signal;
    const runner = new OperationRunner({
      access,
      audit: options.audit.trail,
      limiter: new RateLimiter({
        perMinute: config.rateLimits.callerPerMinute,
      }),
      handlers,
    });
    const callers = new CallerResolver({
      agents: options.keyring,
      auth: options.auth,
      httpAuth: options.httpAuth,
      organizations: options.organizations,
      roles: config.roles,
      userInfo: options.userInfo,
    });
    registerActions({ registry: options.actions, runner, callers, stopping });
    this.runner = runner;
    this.router = new OperationRouter({
      runner,
      callers,
      anonymousLimiter: new RateLimiter({
        perMinute: config.rateLimits.anonymousPerMinute,
      }),
      stopping,
    }).router();
  }

  async drain(): Promise<void> {
    this.#stopping.abort();
    endConnections();
  }
}
