import type { NotificationProcessorFilters } from '@backstage/plugin-notifications-common';
import type { ChatId } from '../api/ChatId';
import type { RateLimit } from '../delivery/RateWindow';

/** A bot, as an entry of `notifications.processors.telegram` says it. */
export interface TelegramSettings {
  /** What it is called where people choose how they are notified. */
  name: string;
  token: string;
  /** Without a slash at the end. */
  apiBaseUrl: string;
  chatIdAnnotation: string;
  broadcastChats: ChatId[];
  broadcastRoutes: BroadcastRoute[];
  filter: NotificationProcessorFilters;
  limit: RateLimit;
}

/** Where notifications to everybody go that have this origin and this topic. */
export interface BroadcastRoute {
  origin?: string;
  topic?: string;
  chats: ChatId[];
}
