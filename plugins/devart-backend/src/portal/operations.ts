import { RESOURCE_TYPE_TASK } from '@devart/plugin-devart-common';
import { requireMember, scopeOf } from '../access/Caller';
import type { ObjectAccess } from '../access/ObjectAccess';
import type { Organizations } from '../access/Organizations';
import type { ApprovalsService } from '../approvals/ApprovalsService';
import type { AgentsService } from '../agents/AgentsService';
import type { Database } from '../database/Database';
import { healthOfQueue, type QueueSources } from '../dispatch/healthOfQueue';
import type { Handlers } from '../operations/Handlers';
import type { ReviewsService } from '../reviews/ReviewsService';
import type { TaskTransports } from '../transports/TaskTransports';
import { OverviewStore } from './OverviewStore';

/** Handlers of the portal as a whole. */
export function createPortalHandlers(options: {
  database: Database;
  access: ObjectAccess;
  organizations: Organizations;
  agents: AgentsService;
  reviews: ReviewsService;
  approvals: ApprovalsService;
  transports: TaskTransports;
  queueSources: QueueSources;
}): Handlers<'portal'> {
  const { database, access, organizations, agents, reviews, approvals } =
    options;
  const { transports, queueSources } = options;
  const overview = new OverviewStore();
  return {
    me: async (_input, { caller }) => {
      const member = requireMember(caller);
      const organization = organizations.byId(member.organizationId);
      return {
        actor: member.actor,
        role: member.role,
        organization: {
          id: organization.id,
          name: organization.name,
          title: organization.title,
          currency: organization.currency,
          timeZone: organization.timeZone,
        },
      };
    },
    transports: async (_input, { caller }) => ({
      items: await transports.describe(requireMember(caller).organizationId),
    }),
    overview: async (_input, { caller }) => {
      const member = requireMember(caller);
      const { organizationId } = member;
      const approvalsWaiting = await approvals.countMine(member);
      const failedPublishing = await reviews.countFailedPublishing(member);
      const visible = await access.visible(member, RESOURCE_TYPE_TASK, 't');
      return database.inScope(scopeOf(member), async tx => {
        const tasks = await overview.countTasks(tx, organizationId, visible);
        const queue = await overview.queue(tx, organizationId, visible);
        const status = await agents.countByStatus(tx, organizationId);
        const halt = await agents.haltOf(tx, organizationId);
        const throughput = await overview.throughput(
          tx,
          organizationId,
          visible,
        );
        const { byPriority, scheduled, oldest } = queue;
        return {
          queue: {
            queued: Object.values(byPriority).reduce((a, b) => a + b, 0),
            running: tasks.running ?? 0,
            waiting: tasks.waiting ?? 0,
            scheduled,
            oldestQueuedAt: oldest?.toISOString(),
            byPriority,
            unserved: await overview.unserved(tx, organizationId, visible),
            ...(await healthOfQueue(tx, organizationId, queueSources)),
            transports: transports.statuses(),
          },
          agents: {
            idle: status.idle ?? 0,
            busy: status.busy ?? 0,
            offline: status.offline ?? 0,
            pending: status.pending ?? 0,
            inactive: status.inactive ?? 0,
            stopped: status.halted ?? 0,
            halted: halt !== undefined,
          },
          throughput: throughput.map(row => ({
            ...row,
            hour: row.hour.toISOString(),
          })),
          needsAttention: {
            approvals: approvalsWaiting,
            deadLetters: tasks.dead_letter ?? 0,
            waitingForPeople: tasks.waiting ?? 0,
            pendingAgents: status.pending ?? 0,
            failedPublishing,
          },
        };
      });
    },
  };
}
