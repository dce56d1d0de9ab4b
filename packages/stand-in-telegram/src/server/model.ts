import type { MessageEntity } from '../markdown/parseMarkdownV2';

/** A chat that the bot is in. */
export interface StandInChat {
  /** Negative for groups and channels. */
  id: number;
  type: 'private' | 'group' | 'supergroup' | 'channel';
  /** Of a channel or a public group, without `@`. */
  username?: string;
  /** Why the bot may not write to it any more, in Telegram's words. */
  forbidden?: string;
  /** The chat that it became. */
  migratedTo?: number;
}

/** A message that arrived. */
export interface StandInMessage {
  id: number;
  chatId: number;
  /** The text without its markup. */
  text: string;
  /** The same as people see it. */
  shown: string;
  entities: MessageEntity[];
  /** Whether it came without a sound. */
  silent: boolean;
  /** When it arrived, in milliseconds of a monotonic clock. */
  at: number;
}
