import { InputError } from '@backstage/errors';
import type {
  OperationOutput,
  operations,
  Task,
} from '@devart/plugin-devart-common';
import {
  requireAgent,
  requireKnown,
  requireMember,
  type KnownCaller,
} from '../access/Caller';
import { decodeIdCursor, pageOfRows } from '../database/Cursor';
import type { Handlers } from '../operations/Handlers';
import type { ArtifactRow } from './TaskRecordStore';
import { priorityOfRank } from './TaskRow';
import type { TasksService } from './TasksService';
import type { TaskTypes } from './TaskTypes';
import type { TaskWorkService } from './TaskWorkService';

const MAX_LINEAGE = 500;

/** Says why a task waits, where that can be said. */
export type ExplainWaiting = (
  caller: KnownCaller,
  task: Task,
) => Promise<Task['waiting']>;

/** Finds what of a task was paid by another service than the one asked for. */
export type FindDelegations = (
  caller: KnownCaller,
  taskId: string,
) => Promise<OperationOutput<typeof operations.tasks.history>['delegations']>;

function toArtifact(row: ArtifactRow) {
  return {
    id: row.id,
    attempt: row.attempt,
    name: row.name,
    mediaType: row.media_type,
    size: row.size,
    sha256: row.sha256,
    createdAt: row.created_at.toISOString(),
  };
}

/** Handlers of operations on tasks. */
export function createTaskHandlers(options: {
  tasks: TasksService;
  work: TaskWorkService;
  types: TaskTypes;
  explainWaiting: ExplainWaiting;
  findDelegations: FindDelegations;
}): Omit<Handlers<'tasks'>, 'dispatch'> {
  const { tasks, work, types, explainWaiting, findDelegations } = options;
  const explained = async (caller: KnownCaller, task: Task): Promise<Task> => ({
    ...task,
    waiting: await explainWaiting(caller, task),
  });

  return {
    create: async (input, { caller, traceparent }) => {
      types.checkMayCreate(input.type);
      const member = requireMember(caller);
      return explained(
        member,
        await tasks.create(member, {
          ...input,
          traceparent: input.traceparent ?? traceparent,
        }),
      );
    },
    list: async ({ cursor, ...filter }, { caller }) => {
      const { rows, nextCursor } = pageOfRows(
        await tasks.list(requireKnown(caller), {
          ...filter,
          beforeId: decodeIdCursor(cursor),
        }),
        filter.limit,
      );
      return { items: rows, nextCursor };
    },
    board: async (input, { caller }) =>
      tasks.board(requireMember(caller), input),
    get: async ({ id }, { caller }) => {
      const known = requireKnown(caller);
      return explained(known, await tasks.get(known, id));
    },
    update: async ({ id, ifVersion, ...change }, { caller }) =>
      tasks.update(requireMember(caller), id, change, ifVersion),
    delete: async ({ id }, { caller }) =>
      tasks.delete(requireMember(caller), id),
    setStatus: async (input, { caller }) => {
      const { id, status, waitingReason, reason, attempt, output } = input;
      if (caller.kind !== 'agent') {
        return tasks.move(requireMember(caller), id, {
          to: status,
          waitingReason,
          reason,
        });
      }
      if (attempt === undefined) {
        throw new InputError(
          'attempt: needed from agents; the attempt on which the task is held',
        );
      }
      if (status === 'waiting') {
        return work.wait(caller, id, attempt, {
          waitingReason: waitingReason ?? 'input',
          reason,
        });
      }
      if (status !== 'succeeded' && status !== 'failed') {
        throw new InputError(
          `status: agents may set succeeded, failed or waiting, not ${status}`,
        );
      }
      return work.complete(caller, id, {
        attempt,
        status,
        output: output ?? {},
        reason,
      });
    },
    setCapabilities: async ({ id, capabilities }, { caller }) =>
      tasks.update(requireMember(caller), id, { capabilities }),
    cancel: async ({ id, reason }, { caller }) =>
      tasks.move(requireMember(caller), id, { to: 'cancelled', reason }),
    requeue: async ({ id, reason }, { caller }) =>
      tasks.requeue(requireMember(caller), id, reason),
    complete: async ({ id, attempt, output, summary }, { caller }) =>
      work.complete(requireAgent(caller), id, {
        attempt,
        status: 'succeeded',
        output,
        reason: summary,
      }),
    reportFailure: async ({ id, ...failure }, { caller }) => {
      const { status, retryAt } = await work.reportFailure(
        requireAgent(caller),
        id,
        failure,
      );
      return { status, retryAt: retryAt?.toISOString() };
    },
    reportProgress: async ({ id, attempt, ...progress }, { caller }) =>
      work.reportProgress(requireAgent(caller), id, attempt, progress),
    appendLogs: async ({ id, ...batch }, { caller }) =>
      work.appendLogs(requireAgent(caller), id, batch),
    readLogs: async ({ id, afterSeq, limit }, { caller }) => {
      const lines = await work.lines(requireKnown(caller), id, afterSeq, limit);
      return { items: lines.slice(0, limit), more: lines.length > limit };
    },
    addArtifact: async ({ id, ...artifact }, { caller }) =>
      toArtifact(await work.addArtifact(requireAgent(caller), id, artifact)),
    listArtifacts: async ({ id }, { caller }) => ({
      items: (await work.artifacts(requireKnown(caller), id)).map(toArtifact),
    }),
    readArtifact: async ({ id, artifactId }, { caller }) => {
      const row = await work.artifact(requireKnown(caller), id, artifactId);
      return {
        ...toArtifact(row),
        contentBase64: row.content.toString('base64'),
      };
    },
    history: async ({ id }, { caller }) => {
      const known = requireKnown(caller);
      const { transitions, attempts } = await tasks.history(known, id);
      return {
        delegations: await findDelegations(known, id),
        transitions: transitions.map(row => ({
          at: row.at.toISOString(),
          from: row.from_status ?? undefined,
          to: row.to_status,
          attempt: row.attempt,
          actor: row.actor,
          reason: row.reason ?? undefined,
        })),
        attempts: attempts.map(row => ({
          attempt: row.attempt,
          agent: row.agent_id
            ? { id: row.agent_id, name: row.agent_name }
            : undefined,
          startedAt: row.started_at.toISOString(),
          finishedAt: row.finished_at?.toISOString(),
          outcome: row.outcome ?? undefined,
          error: row.error ?? undefined,
        })),
      };
    },
    createSuccessor: async (
      { id, attempt, ...input },
      { caller, traceparent },
    ) => {
      types.checkMayCreate(input.type);
      return tasks.createSuccessor(
        requireKnown(caller),
        id,
        { ...input, traceparent },
        attempt,
      );
    },
    lineage: async ({ id }, { caller }) => {
      const rows = await tasks.lineage(requireKnown(caller), id, MAX_LINEAGE);
      const shown = new Set(rows.map(row => row.id));
      return {
        items: rows.slice(0, MAX_LINEAGE).map(row => ({
          id: row.id,
          // A parent that the caller may not see is not there.
          parentId:
            row.parent_id && shown.has(row.parent_id)
              ? row.parent_id
              : undefined,
          title: row.title,
          status: row.status,
          priority: priorityOfRank(row.priority),
        })),
        truncated: rows.length > MAX_LINEAGE,
      };
    },
    recordSolution: async ({ id, attempt, solution }, { caller }) =>
      work.recordSolution(requireAgent(caller), id, attempt, solution),
  };
}
