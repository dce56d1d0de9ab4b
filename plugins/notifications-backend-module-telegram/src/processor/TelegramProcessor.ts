import type { LoggerService } from '@backstage/backend-plugin-api';
import { parseEntityRef, stringifyEntityRef } from '@backstage/catalog-model';
import { stringifyError } from '@backstage/errors';
import type {
  Notification,
  NotificationPayload,
  NotificationProcessorFilters,
} from '@backstage/plugin-notifications-common';
import type {
  NotificationProcessor,
  NotificationSendOptions,
} from '@backstage/plugin-notifications-node';
import type { ChatId } from '../api/ChatId';
import type { TelegramSettings } from '../config/TelegramSettings';
import type { DeliveryQueue } from '../delivery/DeliveryQueue';
import { renderMessage } from '../message/renderMessage';
import { broadcastChatsOf } from './broadcastChatsOf';
import type { ChatDirectory } from './ChatDirectory';

/**
 * Sends notifications to Telegram through a bot:
 *
 * - to users in their own chat, when they were named, or through a group that
 *   has no chat;
 * - to groups, and other entities, in the chat that they have, once;
 * - to everybody in the chats of the configuration.
 *
 * What users switched off in their settings does not come here. Nobody who
 * sends a notification waits for Telegram.
 */
export class TelegramProcessor implements NotificationProcessor {
  readonly #settings: TelegramSettings;
  readonly #queue: DeliveryQueue;
  readonly #chats: ChatDirectory;
  readonly #portalUrl: string;
  readonly #logger: LoggerService;

  constructor(options: {
    settings: TelegramSettings;
    queue: DeliveryQueue;
    chats: ChatDirectory;
    portalUrl: string;
    logger: LoggerService;
  }) {
    this.#settings = options.settings;
    this.#queue = options.queue;
    this.#chats = options.chats;
    this.#portalUrl = options.portalUrl;
    this.#logger = options.logger;
  }

  getName(): string {
    return this.#settings.name;
  }

  getNotificationFilters(): NotificationProcessorFilters {
    return this.#settings.filter;
  }

  /** Comes once a notification, before its recipients are resolved. */
  async processOptions(
    options: NotificationSendOptions,
  ): Promise<NotificationSendOptions> {
    const { payload } = options;
    const { shared } = recipientsOf(options);
    // Not awaited: whoever notifies would wait for the catalog.
    this.#tell(payload, () => this.#chatsOf(shared));
    return options;
  }

  /** Comes for each user who is notified, or once for everybody. */
  async postProcess(
    notification: Notification,
    options: NotificationSendOptions,
  ): Promise<void> {
    const { user, origin, payload } = notification;
    if (user === null) {
      this.#send(
        payload,
        broadcastChatsOf(this.#settings, { origin, topic: payload.topic }),
      );
      return;
    }
    const { named, shared } = recipientsOf(options);
    const ref = normalize(user);
    this.#tell(payload, async () => {
      const isToldInGroup =
        !named.includes(ref) &&
        shared.length > 0 &&
        (await Promise.all(shared.map(group => this.#chats.find(group)))).every(
          chat => chat !== undefined,
        );
      return isToldInGroup ? [] : this.#chatsOf([ref]);
    });
  }

  async #chatsOf(refs: readonly string[]): Promise<ChatId[]> {
    const found = await Promise.all(refs.map(ref => this.#chats.find(ref)));
    return [...new Set(found.filter(chat => chat !== undefined))];
  }

  #tell(
    payload: NotificationPayload,
    findChats: () => Promise<ChatId[]>,
  ): void {
    findChats()
      .then(chats => this.#send(payload, chats))
      .catch(error =>
        this.#logger.error(
          `A notification did not get to ${this.getName()}: ${stringifyError(
            error,
          )}`,
        ),
      );
  }

  #send(payload: NotificationPayload, chats: readonly ChatId[]): void {
    if (chats.length > 0) {
      const message = renderMessage(payload, this.#portalUrl);
      for (const chat of chats) {
        this.#queue.add(chat, message);
      }
    }
  }
}

/** Whom a notification names: users, and whatever else users are found through. */
function recipientsOf({ recipients }: NotificationSendOptions): {
  named: string[];
  shared: string[];
} {
  const refs =
    recipients.type === 'entity'
      ? [...new Set([recipients.entityRef].flat().map(normalize))]
      : [];
  return {
    named: refs.filter(isUser),
    shared: refs.filter(ref => !isUser(ref)),
  };
}

function normalize(ref: string): string {
  return stringifyEntityRef(parseEntityRef(ref));
}

function isUser(ref: string): boolean {
  return ref.startsWith('user:');
}
