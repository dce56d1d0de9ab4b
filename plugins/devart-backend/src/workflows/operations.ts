import { requireMember } from '../access/Caller';
import {
  decodeIdCursor,
  decodeNameCursor,
  encodeNameCursor,
  pageOfRows,
} from '../database/Cursor';
import type { Handlers } from '../operations/Handlers';
import type { RunsService } from './runs/RunsService';
import type { WorkflowsService } from './versions/WorkflowsService';

/** Handlers of operations on workflows. */
export function createWorkflowHandlers(
  workflows: WorkflowsService,
  runs: RunsService,
): Handlers<'workflows'> {
  return {
    list: async ({ cursor, limit, ...filter }, { caller }) => {
      const found = await workflows.list(requireMember(caller), {
        ...filter,
        afterName: decodeNameCursor(cursor),
        limit,
      });
      const items = found.slice(0, limit);
      return {
        items,
        nextCursor:
          found.length > limit
            ? encodeNameCursor(items[items.length - 1].name)
            : undefined,
      };
    },
    get: async ({ id }, { caller }) => workflows.get(requireMember(caller), id),
    validate: async ({ source }) => workflows.validate(source),
    publish: async ({ source }, { caller }) =>
      workflows.publish(requireMember(caller), source),
    describe: async (described, { caller }) =>
      workflows.describe(requireMember(caller), described),
    undescribe: async ({ id }, { caller }) =>
      workflows.undescribe(requireMember(caller), id),
    delete: async ({ id }, { caller }) =>
      workflows.delete(requireMember(caller), id),
    versions: async ({ id, cursor, limit }, { caller }) => {
      const { rows, nextCursor } = pageOfRows(
        await workflows.versions(requireMember(caller), id, {
          beforeId: decodeIdCursor(cursor),
          limit,
        }),
        limit,
      );
      return {
        items: rows.map(row => ({
          version: row.version,
          publishedBy: row.published_by,
          publishedAt: row.published_at.toISOString(),
          runs: row.runs,
        })),
        nextCursor,
      };
    },
    version: async ({ id, version }, { caller }) =>
      workflows.version(requireMember(caller), id, version),
    diff: async ({ id, from, to }, { caller }) =>
      workflows.diff(requireMember(caller), id, { from, to }),
    templates: async ({ id }, { caller }) => ({
      items: await workflows.templates(requireMember(caller), id),
    }),
    trigger: async ({ id, ...request }, { caller, traceparent }) =>
      runs.trigger(
        requireMember(caller),
        { ...request, workflowId: id },
        traceparent,
      ),
    createWebhook: async ({ id, name }, { caller }) =>
      workflows.createWebhook(requireMember(caller), id, name),
    webhooks: async ({ id }, { caller }) => ({
      items: await workflows.webhooks(requireMember(caller), id),
    }),
    deleteWebhook: async ({ id, webhookId }, { caller }) =>
      workflows.deleteWebhook(requireMember(caller), id, webhookId),
  };
}

/** Handlers of operations on runs. */
export function createRunHandlers(runs: RunsService): Handlers<'runs'> {
  return {
    list: async ({ cursor, limit, ...filter }, { caller }) => {
      const { rows, nextCursor } = pageOfRows(
        await runs.list(requireMember(caller), {
          ...filter,
          beforeId: decodeIdCursor(cursor),
          limit,
        }),
        limit,
      );
      return { items: rows, nextCursor };
    },
    get: async ({ id }, { caller }) => runs.get(requireMember(caller), id),
    cancel: async ({ id, reason }, { caller }) =>
      runs.cancel(requireMember(caller), id, reason),
    resumePreview: async ({ id, from }, { caller }) =>
      runs.previewResume(requireMember(caller), id, from),
    resume: async ({ id, ...request }, { caller, traceparent }) =>
      runs.resume(requireMember(caller), id, request, traceparent),
    sendEvent: async (event, { caller }) => ({
      id: await runs.sendEvent(requireMember(caller), event),
    }),
  };
}
