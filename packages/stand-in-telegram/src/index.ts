/**
 * A server that behaves like Telegram's Bot API as far as devart uses it, for
 * tests.
 *
 * @packageDocumentation
 */

export {
  StandInTelegram,
  type StandInTelegramOptions,
} from './StandInTelegram';
export type { Fault } from './server/Fault';
export type { RateLimit, RateLimits } from './server/RateLimiter';
export type { StandInChat, StandInMessage } from './server/model';
export {
  parseMarkdownV2,
  type MessageEntity,
  type ParsedMarkdown,
} from './markdown/parseMarkdownV2';
