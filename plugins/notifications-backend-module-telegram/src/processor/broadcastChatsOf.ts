import type { ChatId } from '../api/ChatId';
import type { TelegramSettings } from '../config/TelegramSettings';

/**
 * Where a notification to everybody goes: by the first route that names its
 * origin and its topic, else the first that names its origin, else the first
 * that names its topic, else to all chats for broadcasts.
 */
export function broadcastChatsOf(
  settings: Pick<TelegramSettings, 'broadcastChats' | 'broadcastRoutes'>,
  { origin, topic }: { origin: string; topic?: string },
): ChatId[] {
  const fitting = settings.broadcastRoutes.filter(
    route =>
      (route.origin === undefined || route.origin === origin) &&
      (route.topic === undefined || route.topic === topic),
  );
  const route =
    fitting.find(by => by.origin !== undefined && by.topic !== undefined) ??
    fitting.find(by => by.origin !== undefined) ??
    fitting[0];
  return [...new Set(route?.chats ?? settings.broadcastChats)];
}
