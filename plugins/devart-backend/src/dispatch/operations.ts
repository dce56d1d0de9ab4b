import {
  requireAgent,
  requireKnown,
  requireMember,
  requireSelf,
  scopeOf,
} from '../access/Caller';
import type { AgentsService } from '../agents/AgentsService';
import type { Handlers } from '../operations/Handlers';
import { statusOfError } from '../operations/statusOfError';
import type { TasksService } from '../tasks/TasksService';
import type { AgentBell } from './AgentBell';
import type { TaskWorkService } from '../tasks/TaskWorkService';
import type { AgentControl } from './AgentControl';
import type { Dispatcher } from './Dispatcher';
import type { TaskTransports } from '../transports/TaskTransports';
import type { SessionClaims } from './SessionClaims';
import type { TaskStreams } from './streams/TaskStreams';

/** How often agents ask for the queues of brokers. */
const TRANSPORT_REFRESH_SECONDS = 15;

/** The operations on agents in which agents and tasks meet. */
export type DispatchHandlers = Pick<
  Handlers<'agents'>,
  | 'claim'
  | 'stream'
  | 'transport'
  | 'setHold'
  | 'returnTasks'
  | 'completeTasks'
  | 'heartbeat'
  | 'setActivation'
  | 'kill'
  | 'delete'
  | 'setHalt'
  | 'getHalt'
  | 'performance'
>;

function toHalt(halt: { at: Date; by: string; reason: string } | undefined) {
  return halt
    ? { halted: true, ...halt, at: halt.at.toISOString() }
    : { halted: false };
}

/** @throws the refusal itself when it is no judgement of the call but a fault of ours. */
function toRefusal(refusal: Error): { status: number; message: string } {
  const status = statusOfError(refusal);
  if (status >= 500) {
    throw refusal;
  }
  return { status, message: refusal.message };
}

/** Handlers of claims, leases, and of starting and stopping agents. */
export function createDispatchHandlers(options: {
  agents: AgentsService;
  control: AgentControl;
  dispatcher: Dispatcher;
  claims: SessionClaims;
  streams: TaskStreams;
  transports: TaskTransports;
  bell: AgentBell;
  tasks: TasksService;
  work: TaskWorkService;
}): DispatchHandlers {
  const { agents, control, dispatcher, claims, streams, transports } = options;
  const { bell, tasks, work } = options;
  return {
    claim: async ({ id, taskIds, ...claim }, { caller, signal }) => {
      if (taskIds) {
        const agent = requireSelf(caller, id);
        return claims.claimThese(
          agent,
          claim.sessionId ?? agent.agentId,
          taskIds,
        );
      }
      const claimed = await dispatcher.claim(
        requireSelf(caller, id),
        claim,
        signal,
      );
      return claimed.length > 0 ? { tasks: claimed } : undefined;
    },
    stream: async ({ id, ...session }, { caller, signal }) =>
      streams.start(requireSelf(caller, id), session, signal),
    transport: async ({ id }, { caller }) => ({
      transports: await transports.forAgent(requireSelf(caller, id)),
      refreshSeconds: TRANSPORT_REFRESH_SECONDS,
    }),
    setHold: async ({ id, sessionId, hold }, { caller }) => {
      const { agentId } = requireSelf(caller, id);
      bell.ring({ kind: 'hold', agentId, sessionId, hold });
    },
    returnTasks: async ({ id, tasks: attempts }, { caller }) =>
      dispatcher.giveBack(requireSelf(caller, id), attempts),
    completeTasks: async ({ id, tasks: ends }, { caller }) => {
      const refusals = await work.completeMany(
        requireSelf(caller, id),
        ends.map(({ id: taskId, summary, ...end }) => ({
          ...end,
          taskId,
          status: 'succeeded' as const,
          reason: summary,
        })),
      );
      return {
        results: ends.map(({ id: taskId, attempt }, index) => ({
          id: taskId,
          attempt,
          refused: refusals[index] && toRefusal(refusals[index]!),
        })),
      };
    },
    heartbeat: async (input, { caller }) =>
      dispatcher.heartbeat(requireAgent(caller), input),
    setActivation: async ({ id, ...change }, { caller }) =>
      control.setActivation(requireMember(caller), id, change),
    kill: async ({ id, reason }, { caller }) =>
      control.setActivation(requireMember(caller), id, {
        active: false,
        runningTasks: 'return',
        reason,
      }),
    delete: async ({ id }, { caller }) =>
      control.remove(requireMember(caller), id),
    setHalt: async (input, { caller }) =>
      toHalt(await control.setHalt(requireMember(caller), input)),
    getHalt: async (_input, { caller }) =>
      toHalt(await control.halt(requireMember(caller))),
    performance: async ({ id, days }, { caller }) => {
      const known = requireKnown(caller);
      await agents.get(known, id);
      const found = await tasks.agentPerformance(scopeOf(known), id, days);
      const sum = (key: 'succeeded' | 'failed' | 'lost') =>
        found.daily.reduce((total, day) => total + day[key], 0);
      const succeeded = sum('succeeded');
      const failed = sum('failed');
      return {
        days,
        succeeded,
        failed,
        lost: sum('lost'),
        successRate:
          succeeded + failed > 0 ? succeeded / (succeeded + failed) : undefined,
        medianSeconds: found.medianSeconds,
        p95Seconds: found.p95Seconds,
        daily: found.daily,
      };
    },
  };
}
