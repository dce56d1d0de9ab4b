import type { LoggerService } from '@backstage/backend-plugin-api';
import { stringifyError } from '@backstage/errors';
import type { Database } from '../../database/Database';
import { BACKSTOP_MS } from '../../loops/backstop';
import { Loop } from '../../loops/Loop';
import { statusOfError } from '../../operations/statusOfError';
import type { EventInbox, InboxRow } from './EventInbox';
import type { ProgramCache } from '../versions/ProgramCache';
import type { RunEngine } from '../runs/RunEngine';
import type { RunsService } from '../runs/RunsService';
import type { TriggerRow, WorkflowStore } from '../versions/WorkflowStore';

const ACTOR = 'system:workflow-events';
const BATCH = 100;

/**
 * Starts the workflows and ends the pauses that ask for an event. An event is
 * forgotten when everything that it means is stored; what is tried again finds
 * the run of the same key, or the pause at its end.
 */
export function createEventMatcher(options: {
  database: Database;
  inbox: EventInbox;
  workflows: WorkflowStore;
  programs: ProgramCache;
  engine: RunEngine;
  runs: RunsService;
  logger: LoggerService;
}): Loop {
  const { database, inbox, workflows, programs, engine, runs } = options;

  async function start(row: InboxRow, trigger: TriggerRow): Promise<void> {
    const { event, depth, organization_id: organizationId } = row;
    let error: string | undefined;
    try {
      const { program } = await programs.get(
        organizationId,
        trigger.workflow_id,
      );
      const written = program.document.spec.triggers[trigger.position];
      if (
        written?.type !== 'event' ||
        !program.eventMatches(written.if, event)
      ) {
        return;
      }
      await runs.triggerBySystem({
        organizationId,
        workflowId: trigger.workflow_id,
        trigger: 'event',
        triggerData: { ...event },
        parametersOf: workflow =>
          workflow.program.triggerParameters(trigger.position, event),
        // Whoever made it happen must not approve what comes of it.
        startedBy: event.actor.startsWith('user:')
          ? event.actor
          : 'system:events',
        entityRef: event.entityRef,
        key: `event:${event.id}:${trigger.workflow_id}:${trigger.position}`,
        depth,
      });
    } catch (failure) {
      // A shape of an event that the workflow does not take is no outage.
      if (statusOfError(failure) >= 500 && !isExpression(failure)) {
        throw failure;
      }
      error =
        failure instanceof Error ? failure.message : stringifyError(failure);
    }
    await database.asSystem(ACTOR, tx =>
      workflows.setTriggerError(tx, trigger, error?.slice(0, 500)),
    );
  }

  async function match(row: InboxRow): Promise<void> {
    const { event, organization_id: organizationId } = row;
    const { triggers, pauses } = await database.asSystem(ACTOR, async tx => ({
      triggers: await inbox.triggers(tx, organizationId, event.topic),
      pauses: await inbox.pauses(tx, {
        organizationId,
        topic: event.topic,
        at: event.at,
      }),
    }));
    await Promise.all([
      ...triggers.map(trigger => start(row, trigger)),
      ...pauses.map(({ id, runId }) =>
        engine.tell(runId, { kind: 'event', stepRunId: id, event }),
      ),
    ]);
  }

  return new Loop({
    name: 'workflow events',
    logger: options.logger,
    intervalMs: BACKSTOP_MS,
    round: async () => {
      const rows = await database.asSystem(ACTOR, async tx => {
        await inbox.catchUp(tx);
        return inbox.list(tx, BATCH);
      });
      // One after the other: a pause is ended by the first event that fits.
      for (const row of rows) {
        await match(row);
      }
      if (rows.length > 0) {
        await database.asSystem(ACTOR, tx =>
          inbox.remove(
            tx,
            rows.map(row => row.event_id),
          ),
        );
      }
      return rows.length === BATCH ? 'again' : undefined;
    },
  });
}

function isExpression(error: unknown): boolean {
  return error instanceof Error && error.name === 'ExpressionError';
}
