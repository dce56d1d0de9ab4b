import { parseEntityRef, stringifyEntityRef } from '@backstage/catalog-model';
import type { RoleMapping } from '@devart/plugin-devart-node';
import type { Organizations } from '../access/Organizations';
import { isPrincipal } from './Notice';

/** Whom to tell of what has an owner. */
export class Audience {
  readonly #organizations: Organizations;
  readonly #roles: RoleMapping;

  constructor(options: { organizations: Organizations; roles: RoleMapping }) {
    this.#organizations = options.organizations;
    this.#roles = options.roles;
  }

  /**
   * The users and groups among actors and owners, each once and in this order.
   * A name without a kind is that of a group, as in `spec.owner` of an entity.
   */
  principals(refs: readonly (string | null | undefined)[]): string[] {
    const principals = refs.flatMap(ref => {
      const whole = ref ? wholeRefOf(ref) : undefined;
      return whole !== undefined && isPrincipal(whole) ? [whole] : [];
    });
    return [...new Set(principals)];
  }

  /** Whom the configuration makes a supervisor or an admin in an organisation. */
  staff(organizationId: string): string[] {
    return this.#roles
      .named(['supervisor', 'admin'])
      .filter(
        ref =>
          isPrincipal(ref) &&
          this.#organizations.organizationOf([ref]).id === organizationId,
      );
  }
}

/** Nothing for what is no reference, such as `agent:7f:3`. */
function wholeRefOf(ref: string): string | undefined {
  try {
    return stringifyEntityRef(parseEntityRef(ref, { defaultKind: 'group' }));
  } catch {
    return undefined;
  }
}
