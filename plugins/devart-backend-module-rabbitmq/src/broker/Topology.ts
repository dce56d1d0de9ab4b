import { createHash } from 'node:crypto';
import type { CapabilitySet } from '@devart/plugin-devart-node';
import type { Channel } from 'amqplib';

/** A message that was handed out so often and never acknowledged is given up. */
const DELIVERY_LIMIT = 20;
/** Shown with the queue, for people. */
const MAX_SHOWN_CHARACTERS = 250;

/**
 * What there is in the broker, and what it is called:
 *
 * - `tasks.todo`, a direct exchange, and behind it a queue for each set of
 *   capabilities: `tasks.todo.<organisation>.<hash of the set>`. The binding of
 *   a queue shows the capabilities.
 * - `tasks.dead`, a fanout exchange with one queue of the same name, for
 *   messages that were handed out time and again and never acknowledged.
 *
 * Everything is durable, queues are replicated (quorum).
 */
export class Topology {
  readonly exchange: string;
  readonly dead: string;
  readonly #queueExpiresMs: number;

  constructor(options: { prefix: string; queueExpiresMs: number }) {
    this.exchange = `${options.prefix}tasks.todo`;
    this.dead = `${options.prefix}tasks.dead`;
    this.#queueExpiresMs = options.queueExpiresMs;
  }

  /** Declares what is always there. */
  async declare(channel: Channel): Promise<void> {
    await channel.assertExchange(this.exchange, 'direct', { durable: true });
    await channel.assertExchange(this.dead, 'fanout', { durable: true });
    await channel.assertQueue(this.dead, {
      durable: true,
      arguments: { 'x-queue-type': 'quorum' },
    });
    await channel.bindQueue(this.dead, this.dead, '');
  }

  /** The queue of a set; messages for it are routed by this name. */
  queueOf(set: CapabilitySet): string {
    const hash = createHash('sha256')
      .update(JSON.stringify(set.capabilities))
      .digest('hex');
    return `${this.exchange}.${set.organizationId}.${hash.slice(0, 16)}`;
  }

  /** Declares the queue of a set; answers how many messages wait in it. */
  async declareQueue(channel: Channel, set: CapabilitySet): Promise<number> {
    const queue = this.queueOf(set);
    const { messageCount } = await channel.assertQueue(queue, {
      durable: true,
      arguments: {
        'x-queue-type': 'quorum',
        'x-delivery-limit': DELIVERY_LIMIT,
        'x-dead-letter-exchange': this.dead,
        'x-expires': this.#queueExpiresMs,
      },
    });
    const shown = set.capabilities.join(', ') || 'none';
    await channel.bindQueue(queue, this.exchange, queue, {
      'x-devart-capabilities': shown.slice(0, MAX_SHOWN_CHARACTERS),
    });
    return messageCount;
  }
}
