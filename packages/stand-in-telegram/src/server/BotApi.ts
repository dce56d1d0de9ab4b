import { MarkdownError } from '../markdown/MarkdownError';
import { parseMarkdownV2 } from '../markdown/parseMarkdownV2';
import { shownText } from '../markdown/shownText';
import type { StandInChat, StandInMessage } from './model';
import { RateLimiter, type RateLimits } from './RateLimiter';
import { Refusal } from './Refusal';
import { sendMessageSchema, type SendMessageInput } from './sendMessageSchema';

/** Counted after the markup is taken out. */
const MAX_TEXT_LENGTH = 4096;

/** The chats of a bot, and what it sends to them. */
export class BotApi {
  readonly chats = new Map<number, StandInChat>();
  readonly messages: StandInMessage[] = [];
  /** What nobody would send on purpose, though Telegram may let it pass. */
  readonly violations: string[] = [];
  readonly #limiter: RateLimiter;

  constructor(limits: RateLimits) {
    this.#limiter = new RateLimiter(limits);
  }

  /** @throws Refusal as Telegram refuses it */
  sendMessage(body: unknown, at: number): StandInMessage {
    const input = this.#check(body);
    const { text, entities } = parse(input);
    const chat = this.#chat(input.chat_id);
    const shown = shownText(text);
    if (shown === '') {
      throw new Refusal(400, 'Bad Request: message text is empty');
    }
    if (text.length > MAX_TEXT_LENGTH) {
      throw new Refusal(400, 'Bad Request: message is too long');
    }
    this.#limiter.take({ id: chat.id, isGroup: chat.id < 0 }, at);
    const message: StandInMessage = {
      id: this.messages.length + 1,
      chatId: chat.id,
      text,
      shown,
      entities,
      silent: input.disable_notification ?? false,
      at,
    };
    this.messages.push(message);
    return message;
  }

  #check(body: unknown): SendMessageInput {
    const checked = sendMessageSchema.safeParse(body);
    if (!checked.success) {
      const problem = checked.error.issues
        .map(issue => `${issue.path.join('.')} ${issue.message}`)
        .join('; ');
      this.violations.push(`sendMessage: ${problem}`);
      throw new Refusal(400, `Bad Request: ${problem}`);
    }
    if (/[\ud800-\udfff]/u.test(checked.data.text)) {
      throw new Refusal(400, 'Bad Request: strings must be encoded in UTF-8');
    }
    return checked.data;
  }

  #chat(id: number | string): StandInChat {
    const chat = [...this.chats.values()].find(
      ({ id: known, username }) =>
        String(known) === String(id) || (username && `@${username}` === id),
    );
    if (!chat) {
      throw new Refusal(400, 'Bad Request: chat not found');
    }
    if (chat.migratedTo !== undefined) {
      throw new Refusal(
        400,
        'Bad Request: group chat was upgraded to a supergroup chat',
        { migrate_to_chat_id: chat.migratedTo },
      );
    }
    if (chat.forbidden) {
      throw new Refusal(403, `Forbidden: ${chat.forbidden}`);
    }
    return chat;
  }
}

function parse(input: SendMessageInput) {
  if (input.parse_mode === undefined) {
    return { text: input.text, entities: [] };
  }
  if (input.parse_mode !== 'MarkdownV2') {
    throw new Refusal(400, 'Bad Request: unsupported parse_mode');
  }
  try {
    return parseMarkdownV2(input.text);
  } catch (error) {
    if (error instanceof MarkdownError) {
      throw new Refusal(
        400,
        `Bad Request: can't parse entities: ${error.message}`,
      );
    }
    throw error;
  }
}
