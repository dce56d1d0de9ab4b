import type { LoggerService } from '@backstage/backend-plugin-api';
import { stringifyError } from '@backstage/errors';
import type { Database } from '../database/Database';
import type { AskedCall, PlannedCall } from './CallPlanner';
import type { RecordingStore } from './RecordingStore';
import { redactSecrets } from './redactSecrets';

/** PostgreSQL stores any character but this one. */
const NUL = /\0/g;

/** Cut to so many bytes of UTF-8, never within a character. */
function cut(text: string, maxBytes: number): string {
  const bytes = Buffer.from(text.replace(NUL, ''));
  return bytes.length <= maxBytes
    ? bytes.toString()
    : `${new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes.subarray(0, maxBytes), { stream: true })}…`;
}

/**
 * Keeps what agents ask models and what these answer, where the configuration
 * says so; else nothing at all. Without what looks like a secret.
 */
export class Recorder {
  readonly #database: Database;
  readonly #store: RecordingStore;
  readonly #logger: LoggerService;
  readonly #secrets: readonly string[];
  readonly #maxBytes: number | undefined;
  readonly #open = new Set<Promise<void>>();

  /** @param options - nothing is kept without `maxBytes` of each request and answer */
  constructor(options: {
    database: Database;
    store: RecordingStore;
    logger: LoggerService;
    secrets: readonly string[];
    maxBytes?: number;
  }) {
    this.#database = options.database;
    this.#store = options.store;
    this.#logger = options.logger;
    this.#secrets = options.secrets;
    this.#maxBytes = options.maxBytes;
  }

  record(
    call: AskedCall,
    plan: PlannedCall,
    end: { answer: string; end: string },
  ): void {
    const maxBytes = this.#maxBytes;
    if (maxBytes === undefined) {
      return;
    }
    const kept = (text: string) =>
      cut(redactSecrets(text, this.#secrets), maxBytes);
    const work = this.#database
      .asSystem('system:gateway', tx =>
        this.#store.insert(tx, {
          organizationId: call.agent.organizationId,
          requestId: plan.reserving.requestId,
          agentId: call.agent.agentId,
          agentName: call.agent.name,
          taskId: call.task?.taskId,
          service: plan.service.name,
          model: plan.found.model.name,
          endpoint: call.endpoint.path,
          request: kept(JSON.stringify(call.body)),
          answer: kept(end.answer),
          end: end.end,
        }),
      )
      .catch(error =>
        this.#logger.warn(
          `The call ${call.requestId} of a model could not be recorded: ${stringifyError(error)}`,
        ),
      )
      .finally(() => this.#open.delete(work));
    this.#open.add(work);
  }

  /** Waits for what is being written. */
  async stop(): Promise<void> {
    await Promise.all(this.#open);
  }
}
