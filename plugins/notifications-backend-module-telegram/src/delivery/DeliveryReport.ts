import type { ChatId } from '../api/ChatId';

/** Hears what becomes of messages. */
export interface DeliveryReport {
  sent(chat: ChatId): void;
  /** Telegram does not answer, or asks to wait; what waits is tried again. */
  delayed(problem: string): void;
  /** A chat takes no messages for a while. */
  closed(chat: ChatId, problem: string): void;
  moved(from: ChatId, to: ChatId): void;
  /** Messages that nobody will get. */
  lost(chat: ChatId | undefined, count: number, reason: string): void;
}
