import { stringifyError } from '@backstage/errors';
import { z } from 'zod';
import type { ChatId } from './ChatId';
import type { SendOutcome } from './SendOutcome';

const TIMEOUT_MS = 15_000;
/** What Telegram answers has some hundred bytes and the text of the message. */
const MAX_ANSWER_BYTES = 256 * 1024;

const answerSchema = z.object({
  ok: z.boolean(),
  description: z.string().optional(),
  parameters: z
    .object({
      retry_after: z.number().nonnegative().optional(),
      migrate_to_chat_id: z.int().optional(),
    })
    .optional(),
});

type Answer = z.infer<typeof answerSchema>;

/** A message as it goes to Telegram. */
export interface TelegramMessage {
  /** MarkdownV2. */
  text: string;
  /** Whether it comes without a sound. */
  isSilent: boolean;
}

/**
 * The Bot API, as far as it is used here. The token is part of the address of
 * every call: no address, and no error that could hold one, leaves this class
 * as it is.
 */
export class TelegramApi {
  readonly #apiBaseUrl: string;
  readonly #token: string;

  constructor(options: { apiBaseUrl: string; token: string }) {
    this.#apiBaseUrl = options.apiBaseUrl;
    this.#token = options.token;
  }

  /** Sends a message. Never throws. */
  async sendMessage(
    chat: ChatId,
    message: TelegramMessage,
    signal: AbortSignal,
  ): Promise<SendOutcome> {
    try {
      const response = await fetch(
        `${this.#apiBaseUrl}/bot${this.#token}/sendMessage`,
        {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({
            chat_id: chat,
            text: message.text,
            parse_mode: 'MarkdownV2',
            // Telegram would fetch the page, and see how people sign in.
            link_preview_options: { is_disabled: true },
            disable_notification: message.isSilent,
          }),
          // Whoever redirects would have the token.
          redirect: 'error',
          signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
        },
      );
      const answer = await readAnswer(response);
      return answer
        ? this.#outcomeOf(response.status, answer)
        : {
            type: 'away',
            problem: `what answers with ${response.status} is not Telegram`,
          };
    } catch (error) {
      return { type: 'away', problem: this.#redact(describe(error)) };
    }
  }

  #outcomeOf(status: number, answer: Answer): SendOutcome {
    const { ok, parameters } = answer;
    const problem = this.#redact(answer.description ?? `status ${status}`);
    if (ok) {
      return { type: 'sent' };
    }
    if (status === 429) {
      return {
        type: 'flood',
        retryAfterMs: 1000 * (parameters?.retry_after ?? 1),
        problem,
      };
    }
    if (parameters?.migrate_to_chat_id !== undefined) {
      return { type: 'moved', to: parameters.migrate_to_chat_id };
    }
    if (status >= 500) {
      return { type: 'away', problem };
    }
    return status === 403 || /chat not found/i.test(problem)
      ? { type: 'closed', problem }
      : { type: 'refused', problem };
  }

  #redact(text: string): string {
    const [id, secret] = this.#token.split(':');
    return text
      .replaceAll(this.#token, `${id}:***`)
      .replaceAll(encodeURIComponent(this.#token), `${id}:***`)
      .replaceAll(secret, '***');
  }
}

async function readAnswer(response: Response): Promise<Answer | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > MAX_ANSWER_BYTES) {
      return undefined;
    }
    chunks.push(chunk);
  }
  try {
    const json = JSON.parse(Buffer.concat(chunks).toString());
    return answerSchema.safeParse(json).data;
  } catch {
    return undefined;
  }
}

/** What went wrong with a request; the reason stands in the cause of what fetch throws. */
function describe(error: unknown): string {
  const { cause } = error as { cause?: unknown };
  return [error, cause]
    .filter(part => part !== undefined)
    .map(part => stringifyError(part))
    .join(': ');
}
