import type { ChatId } from '../api/ChatId';
import type { SendOutcome } from '../api/SendOutcome';
import type { TelegramMessage } from '../api/TelegramApi';
import { ChatLine } from './ChatLine';
import type { DeliveryReport } from './DeliveryReport';
import { RateWindow, type RateLimit } from './RateWindow';
import { retryDelay } from './retryDelay';

/** A group has them within five minutes. */
const MAX_WAITING_IN_CHAT = 100;
const MAX_WAITING = 5000;
/** Then it is no news any more; the portal has it. */
const MAX_AGE_MS = 15 * 60_000;
const CLOSED_MS = 60 * 60_000;
/** What is on its way at the end may arrive. */
const STOP_GRACE_MS = 3000;

/** Sends a message to a chat, as `TelegramApi` does. */
export interface MessageSender {
  sendMessage(
    chat: ChatId,
    message: TelegramMessage,
    signal: AbortSignal,
  ): Promise<SendOutcome>;
}

/**
 * What waits for Telegram: a line for each chat, served in turn, as fast as
 * Telegram allows. Whoever adds a message does not wait. Modes:
 *
 * - idle: nothing waits; left by `add`.
 * - working: messages are on their way, or a timer runs until the next may go.
 * - stopped: by `stop`; what is on its way may arrive for three seconds, the
 *   rest is given up, and nothing is taken any more.
 *
 * A message waits until Telegram took it, for at most 15 minutes. When its
 * answer was lost, it is sent again: better twice than never. After 429 a chat
 * waits as long as Telegram says, and all do when that happens to two chats at
 * a time. A chat that the bot may not write to is closed for an hour, its
 * messages are given up.
 */
export class DeliveryQueue {
  readonly #sender: MessageSender;
  readonly #report: DeliveryReport;
  readonly #window: RateWindow;
  readonly #maxSending: number;
  readonly #lines = new Map<ChatId, ChatLine>();
  readonly #sending = new Set<Promise<void>>();
  readonly #abort = new AbortController();
  #waiting = 0;
  #notBefore = 0;
  #timer: NodeJS.Timeout | undefined;
  /** When the timer is due. */
  #due = Infinity;
  #isStopped = false;

  constructor(options: {
    api: MessageSender;
    /** In all chats together. */
    limit: RateLimit;
    report: DeliveryReport;
  }) {
    this.#sender = options.api;
    this.#report = options.report;
    this.#window = new RateWindow(options.limit);
    this.#maxSending = options.limit.count;
  }

  /** Takes a message for a chat. Returns at once, and never throws. */
  add(chat: ChatId, message: TelegramMessage): void {
    const now = performance.now();
    const line = this.#lines.get(chat) ?? new ChatLine(chat);
    const problem = this.#whyNot(line, now);
    if (problem) {
      this.#report.lost(chat, 1, problem);
      return;
    }
    this.#lines.set(chat, line);
    line.messages.push({ ...message, since: now });
    this.#waiting++;
    this.#pumpIn(0, now);
  }

  /** Waits for what is on its way, and gives up the rest. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    const grace = setTimeout(() => this.#abort.abort(), STOP_GRACE_MS);
    await Promise.all(this.#sending);
    clearTimeout(grace);
    if (this.#waiting > 0) {
      this.#report.lost(undefined, this.#waiting, 'the back end stops');
      this.#waiting = 0;
    }
    this.#lines.clear();
  }

  #whyNot(line: ChatLine, now: number): string | undefined {
    if (this.#isStopped) {
      return 'the back end stops';
    }
    if (line.closedUntil > now) {
      return 'the bot may not write there';
    }
    if (line.messages.length >= MAX_WAITING_IN_CHAT) {
      return `${MAX_WAITING_IN_CHAT} wait for this chat already`;
    }
    return this.#waiting >= MAX_WAITING
      ? `${MAX_WAITING} wait already`
      : undefined;
  }

  /** Sends what may go, and comes again when more may. */
  #pump(): void {
    clearTimeout(this.#timer);
    this.#due = Infinity;
    if (this.#isStopped) {
      return;
    }
    const now = performance.now();
    for (const [key, line] of [...this.#lines]) {
      this.#expire(line, now);
      if (line.isIdle(now) && !line.isSending) {
        this.#lines.delete(key);
      }
      if (line.isSending || line.messages.length === 0) {
        continue;
      }
      const waitMs = Math.max(
        line.waitMs(now),
        this.#notBefore - now,
        this.#sending.size < this.#maxSending
          ? this.#window.waitMs(now)
          : Infinity,
      );
      if (waitMs > 0) {
        const expiryMs = line.messages[0].since + MAX_AGE_MS - now;
        this.#pumpIn(Math.min(waitMs, expiryMs), now);
        continue;
      }
      // Last in turn from now on.
      this.#lines.delete(key);
      this.#lines.set(key, line);
      this.#send(line);
    }
  }

  #pumpIn(ms: number, now: number): void {
    if (now + ms < this.#due) {
      clearTimeout(this.#timer);
      this.#due = now + ms;
      // Rounded up: too early would be in vain.
      this.#timer = setTimeout(() => this.#pump(), Math.ceil(ms));
    }
  }

  #send(line: ChatLine): void {
    const [message] = line.messages;
    line.begin();
    this.#window.begin();
    const sending = this.#sender
      .sendMessage(line.chat, message, this.#abort.signal)
      .then(outcome => {
        const now = performance.now();
        line.end(now);
        this.#window.end(now);
        this.#sending.delete(sending);
        this.#settle(line, outcome, now);
        this.#pump();
      });
    this.#sending.add(sending);
  }

  #settle(line: ChatLine, outcome: SendOutcome, now: number): void {
    const { chat } = line;
    if (this.#isStopped && outcome.type !== 'sent') {
      return;
    }
    switch (outcome.type) {
      case 'sent':
        line.attempts = 0;
        line.isFlooded = false;
        this.#shift(line);
        this.#report.sent(chat);
        break;
      case 'flood': {
        const until = now + outcome.retryAfterMs;
        const isOfAll = [...this.#lines.values()].some(
          other => other !== line && other.isFlooded && other.notBefore > now,
        );
        line.isFlooded = true;
        line.notBefore = until;
        if (isOfAll) {
          this.#notBefore = Math.max(this.#notBefore, until);
        }
        this.#report.delayed(outcome.problem);
        break;
      }
      case 'away':
        line.attempts++;
        line.isFlooded = false;
        line.notBefore = now + retryDelay(line.attempts, Math.random());
        this.#report.delayed(outcome.problem);
        break;
      case 'moved':
        line.chat = outcome.to;
        this.#report.moved(chat, outcome.to);
        break;
      case 'closed':
        line.closedUntil = now + CLOSED_MS;
        this.#report.closed(chat, outcome.problem);
        this.#giveUp(line, line.messages.length, 'the bot may not write there');
        break;
      case 'refused':
        this.#giveUp(line, 1, outcome.problem);
        break;
      default:
        outcome satisfies never;
    }
  }

  #expire(line: ChatLine, now: number): void {
    const old = line.isSending
      ? 0
      : line.messages.filter(({ since }) => since + MAX_AGE_MS <= now).length;
    if (old > 0) {
      this.#giveUp(line, old, 'they waited for 15 minutes');
    }
  }

  #giveUp(line: ChatLine, count: number, reason: string): void {
    for (let n = 0; n < count; n++) {
      this.#shift(line);
    }
    this.#report.lost(line.chat, count, reason);
  }

  #shift(line: ChatLine): void {
    line.messages.shift();
    this.#waiting--;
  }
}
