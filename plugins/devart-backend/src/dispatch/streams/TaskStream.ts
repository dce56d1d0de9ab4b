import type {
  ClaimedTask,
  OperationEvent,
  Operations,
} from '@devart/plugin-devart-common';
import { v7 as uuidv7 } from 'uuid';
import type { AgentCaller } from '../../access/Caller';

/** An event of the operation `agents.stream`. */
export type TaskStreamEvent = OperationEvent<
  Exclude<Operations['agents']['stream']['events'], undefined>
>;

/** Why the control plane ends a stream. */
export type StreamEnd = Extract<
  TaskStreamEvent,
  { event: 'end' }
>['data']['reason'];

/**
 * One open stream: a mailbox between those who claim for it and the connection.
 *
 * Modes: open; ending (an `end` is the last letter in the mailbox; nothing more
 * is put in); closed (the connection has gone or everything is read; what was
 * not read is answered by `close`).
 */
export class TaskStream {
  readonly id = uuidv7();
  readonly sessionId: string;
  readonly openedAt = Date.now();
  /** As it was when its rights were looked at last. */
  agent: AgentCaller;
  /** How many tasks the session wants to hold. */
  hold: number;
  /** Since when it is known to hold as much as it may; undefined when it may have room. */
  fullSince: number | undefined;
  /** When it was handed something last, for taking turns. */
  servedAt = 0;
  readonly #mailbox: TaskStreamEvent[] = [];
  #mode: 'open' | 'ending' | 'closed' = 'open';
  #wakeReader: () => void = () => {};

  constructor(options: {
    agent: AgentCaller;
    sessionId: string;
    hold: number;
    keepAliveSeconds: number;
  }) {
    const { agent, sessionId, hold, keepAliveSeconds } = options;
    this.agent = agent;
    this.sessionId = sessionId;
    this.hold = hold;
    this.#put({ event: 'open', data: { sessionId, keepAliveSeconds } });
  }

  /** Whether it takes tasks: open, read up to here, and not known to be full. */
  get isHungry(): boolean {
    return (
      this.#mode === 'open' &&
      this.#mailbox.length === 0 &&
      this.hold > 0 &&
      this.fullSince === undefined
    );
  }

  /** Hands tasks over; false when nobody will read them. */
  push(tasks: ClaimedTask[]): boolean {
    if (this.#mode !== 'open') {
      return false;
    }
    this.#put({ event: 'tasks', data: { tasks } });
    return true;
  }

  /** Ends the stream after what is in the mailbox. */
  end(reason: StreamEnd, message: string): void {
    if (this.#mode === 'open') {
      this.#put({ event: 'end', data: { reason, message } });
      this.#mode = 'ending';
    }
  }

  /** No more reading; answers the tasks that were not handed over. */
  close(): ClaimedTask[] {
    this.#mode = 'closed';
    this.#wakeReader();
    return this.#mailbox
      .splice(0)
      .flatMap(letter => (letter.event === 'tasks' ? letter.data.tasks : []));
  }

  /**
   * The events, until the end or until the signal is aborted; an end that is
   * in the mailbox by then is still read. An event leaves
   * the mailbox when the next one is asked for: by then the connection has it.
   */
  async *read(
    signal: AbortSignal,
    onEmpty: () => void,
  ): AsyncGenerator<TaskStreamEvent> {
    const isOver = () =>
      this.#mode === 'closed' || (signal.aborted && this.#mode === 'open');
    while (!isOver()) {
      const [letter] = this.#mailbox;
      if (letter) {
        yield letter;
        this.#mailbox.shift();
        if (letter.event === 'end') {
          return;
        }
      } else {
        const woken = this.#nextLetter(signal);
        onEmpty();
        await woken;
      }
    }
  }

  #put(letter: TaskStreamEvent): void {
    this.#mailbox.push(letter);
    this.#wakeReader();
  }

  async #nextLetter(signal: AbortSignal): Promise<void> {
    let wake = () => {};
    const woken = new Promise<void>(resolve => {
      wake = resolve;
    });
    this.#wakeReader = wake;
    signal.addEventListener('abort', wake);
    await woken;
    signal.removeEventListener('abort', wake);
  }
}
