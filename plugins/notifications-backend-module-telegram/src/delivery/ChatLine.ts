import { isShared, type ChatId } from '../api/ChatId';
import type { TelegramMessage } from '../api/TelegramApi';
import { RateWindow } from './RateWindow';

/** As Telegram asks bots to keep to. */
const IN_CHAT = { count: 1, ms: 1000 };
const IN_GROUP = { count: 20, ms: 60_000 };

/** A message that waits. */
export interface WaitingMessage extends TelegramMessage {
  /** When it came, in milliseconds. */
  since: number;
}

/** What waits for a chat, in its order, and when the next may go. */
export class ChatLine {
  /** Where messages go; groups move when they become supergroups. */
  chat: ChatId;
  readonly messages: WaitingMessage[] = [];
  /** Attempts without an answer since the last. */
  attempts = 0;
  /** Nothing is sent before, for Telegram said so or did not answer. */
  notBefore = 0;
  /** Telegram said so the last time. */
  isFlooded = false;
  /** The bot may not write here: nothing is taken before. */
  closedUntil = 0;
  isSending = false;
  readonly #windows: RateWindow[];

  constructor(chat: ChatId) {
    this.chat = chat;
    this.#windows = [
      new RateWindow(IN_CHAT),
      ...(isShared(chat) ? [new RateWindow(IN_GROUP)] : []),
    ];
  }

  begin(): void {
    this.isSending = true;
    for (const window of this.#windows) {
      window.begin();
    }
  }

  end(now: number): void {
    this.isSending = false;
    for (const window of this.#windows) {
      window.end(now);
    }
  }

  /** In how many milliseconds the next message may go. */
  waitMs(now: number): number {
    return Math.max(
      this.notBefore - now,
      ...this.#windows.map(window => window.waitMs(now)),
    );
  }

  /** Whether nothing needs to be remembered of it. */
  isIdle(now: number): boolean {
    return (
      this.messages.length === 0 &&
      this.notBefore <= now &&
      this.closedUntil <= now &&
      this.#windows.every(window => window.isIdle(now))
    );
  }
}
