import type { ChatId } from './ChatId';

/**
 * What became of a message.
 *
 * - `sent`: Telegram has it
 * - `flood`: too many messages; nothing before the time is over
 * - `away`: no answer, or none of Telegram's; it may have arrived all the same
 * - `moved`: the group has another id now
 * - `closed`: the bot may not write to this chat, or there is none
 * - `refused`: the message or the token is not accepted, nor will be
 */
export type SendOutcome =
  | { type: 'sent' }
  | { type: 'flood'; retryAfterMs: number; problem: string }
  | { type: 'away'; problem: string }
  | { type: 'moved'; to: ChatId }
  | { type: 'closed'; problem: string }
  | { type: 'refused'; problem: string };
