import type { AuthService, LoggerService } from '@backstage/backend-plugin-api';
import { stringifyError } from '@backstage/errors';
import type { CatalogService } from '@backstage/plugin-catalog-node';
import DataLoader from 'dataloader';
import { parseChatId, type ChatId } from '../api/ChatId';

const MAX_BATCH = 100;
const BATCH_MS = 10;

/** The chats of users, groups and other entities, as their annotations say. */
export class ChatDirectory {
  readonly #annotation: string;
  readonly #logger: LoggerService;
  readonly #loader: DataLoader<string, string | undefined>;
  /** Whose annotation was complained about. */
  readonly #warned = new Set<string>();

  constructor(options: {
    annotation: string;
    auth: AuthService;
    catalog: CatalogService;
    logger: LoggerService;
  }) {
    const { annotation, auth, catalog } = options;
    this.#annotation = annotation;
    this.#logger = options.logger;
    this.#loader = new DataLoader(
      async refs => {
        const { items } = await catalog.getEntitiesByRefs(
          {
            entityRefs: [...new Set(refs)],
            fields: ['kind', 'metadata'],
          },
          { credentials: await auth.getOwnServiceCredentials() },
        );
        const values = new Map(
          [...new Set(refs)].map((ref, index) => [
            ref,
            items[index]?.metadata.annotations?.[annotation],
          ]),
        );
        return refs.map(ref => values.get(ref));
      },
      {
        // What one notification asks for goes in one call; the next finds what has changed.
        cache: false,
        maxBatchSize: MAX_BATCH,
        batchScheduleFn: callback => setTimeout(callback, BATCH_MS),
      },
    );
  }

  /** The chat of an entity; undefined when it has none, or the catalog does not answer. */
  async find(entityRef: string): Promise<ChatId | undefined> {
    let value: string | undefined;
    try {
      value = await this.#loader.load(entityRef);
    } catch (error) {
      this.#logger.warn(
        `The chat of ${entityRef} could not be looked up: ${stringifyError(
          error,
        )}`,
      );
    }
    const chat = value === undefined ? undefined : parseChatId(value);
    if (value !== undefined && chat === undefined) {
      this.#warn(entityRef);
    }
    return chat;
  }

  #warn(entityRef: string): void {
    if (!this.#warned.has(entityRef)) {
      this.#warned.add(entityRef);
      this.#logger.warn(
        `The annotation ${this.#annotation} of ${entityRef} is no chat of Telegram: it must be an id such as 123456789, or @name of a public channel`,
      );
    }
  }
}
