import {
  coreServices,
  createServiceFactory,
} from '@backstage/backend-plugin-api';
import {
  AuthorizeResult,
  isResourcePermission,
  type Permission,
  type PermissionCondition,
  type PermissionCriteria,
  type PolicyDecision,
} from '@backstage/plugin-permission-common';

/** What somebody of a test allows of a permission. */
type Answer = PermissionCriteria<PermissionCondition> | 'deny' | 'allow';

/** The policy of a portal, as a test says; it allows everything else. */
export class PortalPolicy {
  readonly #answers = new Map<string, Answer>();
  /** The permissions that were asked about, call by call. */
  readonly asked: string[][] = [];

  /** Says what a permission is answered with from now on. */
  answer(permission: Permission, answer: Answer): this {
    this.#answers.set(permission.name, answer);
    return this;
  }

  /** Allows everything again. */
  reset(): void {
    this.#answers.clear();
    this.asked.length = 0;
  }

  /** The permission framework of a backend that asks this policy. */
  get feature() {
    const ask = async (requests: readonly { permission: Permission }[]) => {
      this.asked.push(requests.map(({ permission }) => permission.name));
      return requests.map(({ permission }) => this.#decide(permission));
    };
    return createServiceFactory({
      service: coreServices.permissions,
      deps: {},
      factory: () => ({
        authorize: ask as never,
        authorizeConditional: ask as never,
      }),
    });
  }

  #decide(permission: Permission): PolicyDecision {
    const answer = this.#answers.get(permission.name) ?? 'allow';
    if (typeof answer === 'string') {
      return {
        result:
          answer === 'allow' ? AuthorizeResult.ALLOW : AuthorizeResult.DENY,
      };
    }
    return {
      result: AuthorizeResult.CONDITIONAL,
      pluginId: 'devart',
      resourceType: isResourcePermission(permission)
        ? permission.resourceType
        : 'nothing',
      conditions: answer,
    };
  }
}
