import { randomUUID } from 'node:crypto';
import type { LoggerService } from '@backstage/backend-plugin-api';
import type { Database } from '../database/Database';
import { NotifyChannel } from '../database/NotifyChannel';

/** What replicas tell each other about agents. */
export type AgentRing =
  | { kind: 'room'; agentId: string }
  | { kind: 'hold'; agentId: string; sessionId: string; hold: number }
  | { kind: 'opened'; agentId: string; sessionId: string; streamId: string };

/**
 * Tells the replica that has an agent's stream what the agent said to another
 * one: that it has room again, how much it wants to hold, that it has opened a
 * newer stream. A ring that is lost is made good by the rounds of the streams'
 * keeper.
 */
export class AgentBell {
  readonly #channel: NotifyChannel;
  /** Tells own messages from those of other replicas. */
  readonly #self = randomUUID();
  #listener: (ring: AgentRing) => void = () => {};

  constructor(options: { database: Database; logger: LoggerService }) {
    this.#channel = new NotifyChannel({
      ...options,
      name: 'devart_agents',
      onMessage: message => this.#hear(message),
    });
  }

  async start(): Promise<void> {
    await this.#channel.start();
  }

  async stop(): Promise<void> {
    await this.#channel.stop();
  }

  /** Says who hears the rings of all replicas. */
  listen(listener: (ring: AgentRing) => void): void {
    this.#listener = listener;
  }

  ring(ring: AgentRing): void {
    this.#listener(ring);
    this.#channel.send(JSON.stringify({ ...ring, from: this.#self }));
  }

  #hear(message: string): void {
    const { from, ...ring } = JSON.parse(message) as AgentRing & {
      from: string;
    };
    if (from !== this.#self) {
      this.#listener(ring);
    }
  }
}
