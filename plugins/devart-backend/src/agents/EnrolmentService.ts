import { AuthenticationError, NotFoundError } from '@backstage/errors';
import { v7 as uuidv7 } from 'uuid';
import { scopeOf, type MemberCaller } from '../access/Caller';
import {
  createSecret,
  ENROLMENT_TOKEN_PREFIX,
  hashSecret,
} from '../access/secrets';
import type { Database } from '../database/Database';
import type {
  AgentDescription,
  AgentsService,
  AgentWithKey,
} from './AgentsService';
import type { EnrolmentStore, EnrolmentToken } from './EnrolmentStore';

/** Lets agents register themselves with tokens that people hand out. */
export class EnrolmentService {
  readonly #database: Database;
  readonly #store: EnrolmentStore;
  readonly #agents: AgentsService;

  constructor(options: {
    database: Database;
    store: EnrolmentStore;
    agents: AgentsService;
  }) {
    this.#database = options.database;
    this.#store = options.store;
    this.#agents = options.agents;
  }

  async createToken(
    caller: MemberCaller,
    options: { name: string; maxUses: number; validSeconds: number },
  ): Promise<{ enrolmentToken: EnrolmentToken; token: string }> {
    const { secret, hash, shownPrefix } = createSecret(ENROLMENT_TOKEN_PREFIX);
    const enrolmentToken = await this.#database.inScope(scopeOf(caller), tx =>
      this.#store.insert(tx, {
        ...options,
        id: uuidv7(),
        organizationId: caller.organizationId,
        hash,
        shownPrefix,
      }),
    );
    return { enrolmentToken, token: secret };
  }

  async listTokens(
    caller: MemberCaller,
    includeEnded: boolean,
  ): Promise<EnrolmentToken[]> {
    return this.#database.inScope(scopeOf(caller), tx =>
      this.#store.list(tx, caller.organizationId, includeEnded),
    );
  }

  /** @throws NotFoundError */
  async revokeToken(caller: MemberCaller, id: string): Promise<void> {
    const found = await this.#database.inScope(scopeOf(caller), tx =>
      this.#store.revoke(tx, caller.organizationId, id),
    );
    if (found === 0) {
      throw new NotFoundError(`There is no enrolment token ${id}`);
    }
  }

  /**
   * Registers the agent that brings a token; it waits for its activation. A
   * registration that fails does not use the token up.
   *
   * @throws AuthenticationError when the token is not valid, or no longer.
   */
  async enrol(
    token: string,
    description: AgentDescription,
  ): Promise<AgentWithKey> {
    return this.#database.asSystem('system:enrolment', async tx => {
      const used = await this.#store.use(tx, hashSecret(token));
      if (!used) {
        throw new AuthenticationError(
          'token: not an enrolment token, or one that is used up, revoked or expired',
        );
      }
      return this.#agents.create(
        tx,
        used.organizationId,
        description,
        'pending',
      );
    });
  }
}
