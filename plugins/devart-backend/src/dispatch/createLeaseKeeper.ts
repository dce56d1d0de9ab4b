import type { LoggerService } from '@backstage/backend-plugin-api';
import type { Database } from '../database/Database';
import { Loop } from '../loops/Loop';
import type { EventLog } from '../outbox/EventLog';
import type { TaskQueue } from '../tasks/TaskQueue';
import type { SessionStore } from './SessionStore';

const BATCH = 50;

/** Gives the tasks of sessions that were not heard of in time back to the queue. */
export function createLeaseKeeper(options: {
  database: Database;
  sessions: SessionStore;
  queue: TaskQueue;
  events: EventLog;
  leaseSeconds: number;
  logger: LoggerService;
}): Loop {
  const { database, sessions, queue, events, leaseSeconds, logger } = options;
  return new Loop({
    name: 'lease keeper',
    logger,
    intervalMs: Math.min(2000, leaseSeconds * 250),
    round: async () => {
      const swept = await database.asSystem('system:leases', async tx => {
        const orphans = await queue.lose(
          tx,
          { orphans: { limit: BATCH } },
          'the session of the agent ended while it claimed',
        );
        const expired = await sessions.lockExpired(tx, BATCH);
        if (expired.length === 0) {
          return orphans;
        }
        const ids = expired.map(session => session.id);
        await queue.lose(
          tx,
          { sessionIds: ids },
          `the agent was not heard of for ${leaseSeconds} s`,
        );
        const silent = new Map(
          expired.map(session => [session.agent_id, session]),
        );
        for (const session of silent.values()) {
          if (!(await sessions.hasOthers(tx, session.agent_id, ids))) {
            await events.append(tx, [
              {
                organizationId: session.organization_id,
                topic: 'agent.offline',
                subject: {
                  kind: 'agent',
                  id: session.agent_id,
                  name: session.agent_name,
                },
              },
            ]);
          }
        }
        await sessions.end(tx, ids);
        return Math.max(orphans, expired.length);
      });
      return swept === BATCH ? 'again' : undefined;
    },
  });
}
