import type { DevartClient } from '@devart/plugin-devart-common';
import { apiProblemOf } from './ApiProblem';

/** Calls at once; what ends meanwhile goes together with the next. */
const MAX_CALLS = 2;
const MAX_BATCH = 100;
/** Larger outputs travel alone, so that a batch stays within what a call may hold. */
const MAX_OUTPUT_CHARACTERS = 32 * 1024;

/** A task that is done. */
export interface Completion {
  id: string;
  attempt: number;
  output: Record<string, unknown>;
  summary?: string;
}

interface Waiting {
  completion: Completion;
  /** The call for this task alone. */
  alone: () => Promise<unknown>;
  resolve: () => void;
  reject: (error: unknown) => void;
}

/**
 * Completes tasks, several with one call when they end faster than calls are
 * answered. Where the control plane cannot do that, each goes alone.
 */
export class CompletionBatcher {
  readonly #client: DevartClient;
  readonly #agentId: () => string;
  readonly #waiting: Waiting[] = [];
  #calls = 0;
  #isOffered = true;

  constructor(options: { client: DevartClient; agentId: () => string }) {
    this.#client = options.client;
    this.#agentId = options.agentId;
  }

  /**
   * Completes a task; throws what `alone` would have thrown.
   *
   * @param alone - completes this task with a call of its own
   */
  async complete(
    completion: Completion,
    alone: () => Promise<unknown>,
  ): Promise<void> {
    const isLarge =
      JSON.stringify(completion.output).length > MAX_OUTPUT_CHARACTERS;
    if (isLarge || !this.#isOffered) {
      await alone();
      return;
    }
    await new Promise<void>((resolve, reject) => {
      this.#waiting.push({ completion, alone, resolve, reject });
      this.#sendNext();
    });
  }

  #sendNext(): void {
    while (this.#calls < MAX_CALLS && this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, MAX_BATCH);
      this.#calls++;
      void this.#send(batch).finally(() => {
        this.#calls--;
        this.#sendNext();
      });
    }
  }

  async #send(batch: readonly Waiting[]): Promise<void> {
    if (batch.length === 1) {
      await this.#sendAlone(batch[0]);
      return;
    }
    try {
      const { results } = await this.#client.agents.completeTasks({
        id: this.#agentId(),
        tasks: batch.map(({ completion }) => completion),
      });
      for (const [index, { resolve, reject }] of batch.entries()) {
        const refused = results[index]?.refused;
        if (refused) {
          reject(toError(refused));
        } else {
          resolve();
        }
      }
    } catch (error) {
      const { kind } = apiProblemOf(error);
      if (kind === 'gone') {
        this.#isOffered = false;
      }
      if (kind === 'gone' || kind === 'rejected') {
        await Promise.all(batch.map(waiting => this.#sendAlone(waiting)));
      } else {
        batch.forEach(({ reject }) => reject(error));
      }
    }
  }

  async #sendAlone({ alone, resolve, reject }: Waiting): Promise<void> {
    try {
      await alone();
      resolve();
    } catch (error) {
      reject(error);
    }
  }
}

/** As if the call for the task alone had been answered so. */
function toError(refused: { status: number; message: string }): Error {
  return Object.assign(new Error(refused.message), {
    statusCode: refused.status,
    body: { error: { message: refused.message } },
  });
}
