/**
 * What tasks ask for, together with whose they are: those who can do it are told
 * of the tasks.
 * @public
 */
export interface CapabilitySet {
  organizationId: string;
  /** Sorted, without repetitions. */
  capabilities: readonly string[];
}

/**
 * A task that an agent may claim now.
 * @public
 */
export interface ReadyTask {
  id: string;
  /** The number of the attempt that its next claim begins. */
  attempt: number;
  set: CapabilitySet;
  /** W3C trace context of the task. */
  traceparent?: string;
}

/**
 * How a transport does.
 * @public
 */
export interface TaskTransportStatus {
  state: 'connected' | 'away';
  /** Why it is away, for people; without anything secret. */
  detail?: string;
}

/**
 * What the control plane offers to transports.
 * @public
 */
export interface TaskTransportHost {
  /** The outside system is there, for the first time or again: what it lost is published again at once. */
  onConnected(): void;
  /**
   * The outside system has given up a message. The task is as it was, and is
   * published again while it is queued; this leaves a line in its activity.
   */
  onDeadLetter(letter: {
    organizationId: string;
    taskId: string;
    reason: string;
  }): Promise<void>;
}

/**
 * Carries word of tasks to agents through a system outside, such as a broker. It
 * carries ids alone: the claim is made in the control plane's database, so that
 * a message that comes twice, late or never does no harm. The control plane
 * works without it, only then agents have tasks from it directly.
 * @public
 */
export interface TaskTransport {
  /** Short and unique, for example `rabbitmq`. */
  readonly id: string;
  /** Begins to connect, and keeps connected; does not wait for the outside system. */
  start(host: TaskTransportHost): Promise<void>;
  stop(): Promise<void>;
  status(): TaskTransportStatus;
  /**
   * Publishes tasks that became claimable. Settles when the outside system has
   * them for good.
   *
   * @throws Error when it has not; the control plane publishes them again later.
   */
  publish(tasks: readonly ReadyTask[]): Promise<void>;
  /** Where agents connect, without account and password. */
  address(): string;
  /** The name of the queue for a set. */
  queueOf(set: CapabilitySet): string;
  /**
   * Makes sure that the queues of some sets are there; answers how many messages
   * wait in each, in the order of the sets.
   *
   * @throws Error when the outside system is away.
   */
  depths(sets: readonly CapabilitySet[]): Promise<number[]>;
}
