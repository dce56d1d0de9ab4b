import type { LoggerService } from '@backstage/backend-plugin-api';
import { stringifyError } from '@backstage/errors';
import type { SignalsService } from '@backstage/plugin-signals-node';
import {
  HINT_CHANNEL,
  type Hint,
  type HintMessage,
} from '@devart/plugin-devart-common';

/** More hints than this in one message say only that everything changed. */
const MAX_HINTS = 100;
/** What changes again and again, such as progress, is told this often. */
const COALESCE_MS = 250;

function messageOf(hints: Iterable<Hint>): HintMessage {
  const distinct = new Map<string, Hint>();
  for (const { topic, id } of hints) {
    distinct.set(`${topic}:${id}`, { topic, id });
  }
  return distinct.size > MAX_HINTS
    ? { hints: [], everything: true }
    : { hints: [...distinct.values()] };
}

/** Tells browsers that something changed. Hints carry no data and may be lost: browsers also poll. */
export class Hints {
  readonly #signals: SignalsService;
  readonly #logger: LoggerService;
  #gathered: Hint[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(options: { signals: SignalsService; logger: LoggerService }) {
    this.#signals = options.signals;
    this.#logger = options.logger;
  }

  /** Sends hints now. */
  async send(hints: Iterable<Hint>): Promise<void> {
    await this.#signals.publish({
      recipients: { type: 'broadcast' },
      channel: HINT_CHANNEL,
      message: messageOf(hints),
    });
  }

  /** Sends a hint shortly, together with those that come meanwhile. */
  gather(hint: Hint): void {
    this.#gathered.push(hint);
    this.#timer ??= setTimeout(() => {
      const hints = this.#gathered;
      this.#gathered = [];
      this.#timer = undefined;
      this.send(hints).catch(error =>
        this.#logger.debug(`A hint was lost: ${stringifyError(error)}`),
      );
    }, COALESCE_MS);
  }

  /** Drops what was gathered. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
