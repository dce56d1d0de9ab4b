import type { LoggerService } from '@backstage/backend-plugin-api';
import type { AgentsService } from '../../agents/AgentsService';
import type { Database } from '../../database/Database';
import { Loop } from '../../loops/Loop';
import type { SessionStore } from '../SessionStore';
import type { TaskStreams } from './TaskStreams';

/** A stop holds for streams on every replica after this long; a lost ring costs no more. */
const INTERVAL_MS = 2000;
/** A stream that was full is asked again after this long although nobody said that it has room. */
const FULL_MS = 10_000;
/** After this long agents open new streams: so replicas come to share them evenly. */
const MAX_AGE_MS = 30 * 60_000;

/**
 * Ends the streams of agents that may not work any more, whatever replica was
 * told, and of sessions that have ended; follows changes of what agents can do;
 * and looks whether a ring was missed. Two statements a round for all streams.
 */
export function createStreamKeeper(options: {
  database: Database;
  agents: AgentsService;
  sessions: SessionStore;
  streams: TaskStreams;
  logger: LoggerService;
}): Loop {
  const { database, agents, sessions, streams, logger } = options;
  return new Loop({
    name: 'stream keeper',
    logger,
    intervalMs: INTERVAL_MS,
    round: async () => {
      const open = [...streams.open];
      if (open.length === 0) {
        return;
      }
      const { callers, alive } = await database.asSystem(
        'system:streams',
        async tx => ({
          callers: await agents.standing(
            tx,
            open.map(({ agent }) => agent.keyId),
          ),
          alive: await sessions.findAlive(
            tx,
            open.map(({ sessionId }) => sessionId),
          ),
        }),
      );
      const now = Date.now();
      for (const stream of open) {
        const known = callers.get(stream.agent.keyId);
        if (!known || known.refusal) {
          stream.end(
            'refused',
            known?.refusal ?? 'The key of the agent is no longer valid',
          );
        } else if (!alive.has(stream.sessionId)) {
          stream.end('session-ended', 'The session was not heard of in time');
        } else if (now - stream.openedAt > MAX_AGE_MS) {
          stream.end('renew', 'The stream is old');
        } else {
          streams.setAgent(stream, known.caller);
          if (stream.fullSince && now - stream.fullSince > FULL_MS) {
            stream.fullSince = undefined;
          }
        }
      }
      streams.serveAll();
    },
  });
}
