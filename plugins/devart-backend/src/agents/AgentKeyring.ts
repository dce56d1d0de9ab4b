import type { LoggerService } from '@backstage/backend-plugin-api';
import type {
  AgentAuthenticator,
  AuthenticatedAgent,
} from '../access/AgentAuthenticator';
import { hashSecret } from '../access/secrets';
import type { Database } from '../database/Database';
import { Loop } from '../loops/Loop';
import type { AgentStore, KeyOwnerRow } from './AgentStore';
import { refusalMessage } from './refusalMessage';

/** A stop or a rotation on another replica holds here after this long. */
const CACHED_MS = 2000;
const MAX_CACHED = 10_000;
const USE_RECORDED_EVERY_MS = 15_000;

function refusalOf(row: KeyOwnerRow): string | undefined {
  const { activation, halted } = row;
  return halted || activation !== 'active'
    ? refusalMessage({
        activation,
        halted,
        reason: halted ? row.halted_reason : row.status_reason,
      })
    : undefined;
}

/** What the owner of a key may do. */
export function toAuthenticatedAgent(row: KeyOwnerRow): AuthenticatedAgent {
  return {
    caller: {
      kind: 'agent',
      actor: `agent:${row.agent_id}`,
      organizationId: row.organization_id,
      agentId: row.agent_id,
      keyId: row.key_id,
      name: row.name,
      capabilities: row.capabilities,
      maxConcurrent: row.max_concurrent,
      allowedModels: row.allowed_models ?? undefined,
    },
    refusal: refusalOf(row),
    finishing: row.finishing && !row.halted,
  };
}

/**
 * Knows which agent a key belongs to. Remembers answers for two seconds, wrong
 * keys included, so that neither a busy agent nor somebody who guesses asks the
 * database at every call.
 */
export class AgentKeyring implements AgentAuthenticator {
  /** Writes down when keys were used, now and then. */
  readonly loop: Loop;
  readonly #database: Database;
  readonly #store: AgentStore;
  readonly #cache = new Map<
    string,
    { agent: AuthenticatedAgent | undefined; until: number }
  >();
  readonly #used = new Set<string>();

  constructor(options: {
    database: Database;
    store: AgentStore;
    logger: LoggerService;
  }) {
    this.#database = options.database;
    this.#store = options.store;
    this.loop = new Loop({
      name: 'key use recorder',
      logger: options.logger,
      intervalMs: USE_RECORDED_EVERY_MS,
      round: async () => {
        const ids = [...this.#used];
        this.#used.clear();
        if (ids.length > 0) {
          await this.#database.asSystem('system:keys', tx =>
            this.#store.markKeysUsed(tx, ids),
          );
        }
      },
    });
  }

  async authenticate(key: string): Promise<AuthenticatedAgent | undefined> {
    const hash = hashSecret(key);
    const name = hash.toString('base64');
    const known = this.#cache.get(name);
    if (known && known.until > Date.now()) {
      return known.agent;
    }
    const row = await this.#database.asSystem('system:keys', tx =>
      this.#store.findKeyOwner(tx, hash),
    );
    const agent = row && toAuthenticatedAgent(row);
    if (row) {
      this.#used.add(row.key_id);
    }
    this.#cache.delete(name);
    if (this.#cache.size >= MAX_CACHED) {
      this.#cache.delete(this.#cache.keys().next().value!);
    }
    this.#cache.set(name, { agent, until: Date.now() + CACHED_MS });
    return agent;
  }

  /** Forgets all answers, after a change on this replica. */
  forget(): void {
    this.#cache.clear();
  }
}
