import type { HumanDuration } from '@backstage/types';

export interface Config {
  notifications?: {
    processors?: {
      /** Bots that send notifications to Telegram. Leave the section out to do without. */
      telegram?: Array<{
        /**
         * What the bot is called where people choose how they are notified.
         * `Telegram` unless given; each bot needs a name of its own.
         */
        name?: string;

        /**
         * The token that @BotFather gave out.
         * @visibility secret
         */
        token: string;

        /** The annotation of users and groups that holds the id of their chat. `telegram.org/chat-id` unless given. */
        chatIdAnnotation?: string;

        /** Where notifications to everybody go: ids of chats, or `@name` of public channels. */
        broadcastChats?: Array<string | number>;

        /**
         * Where notifications to everybody go by their origin and topic,
         * instead of `broadcastChats`. The route that names both comes before
         * one that names the origin, and that before one that names the topic.
         */
        broadcastRoutes?: Array<{
          /** Such as `plugin:devart`. */
          origin?: string;
          topic?: string;
          /** One or several chats, as in `broadcastChats`. */
          chat: string | number | Array<string | number>;
        }>;

        /** Which notifications are sent. All unless given. */
        filter?: {
          minSeverity?: 'critical' | 'high' | 'normal' | 'low';
          maxSeverity?: 'critical' | 'high' | 'normal' | 'low';
          includedTopics?: string[];
          excludedTopics?: string[];
        };

        /** How many messages may be sent in `throttleInterval`, and at once. 30 unless given. */
        concurrencyLimit?: number;

        /** The time in which `concurrencyLimit` counts. A second unless given. */
        throttleInterval?: HumanDuration | string;

        /** Where the Bot API is. `https://api.telegram.org` unless given. */
        apiBaseUrl?: string;
      }>;
    };
  };
}
