import type { Transaction } from '../../database/Transaction';
import type { TriggerRow } from '../versions/WorkflowStore';

/** An event as expressions and triggers see it. */
export interface HeardEvent {
  id: string;
  topic: string;
  at: string;
  actor: string;
  subject: { kind: string; id: string; name: string };
  entityRef?: string;
  detail?: string;
  payload: Record<string, unknown>;
}

/** An event that some trigger or pause asked for. */
export interface InboxRow {
  event_id: string;
  organization_id: string;
  event: HeardEvent;
  depth: number;
}

/** Steps that paused a moment ago look for events that were published meanwhile. */
const RECENT = `interval '1 minute'`;

const INSERT = `insert into workflow_events (event_id, organization_id, event, depth)
  select e.id, e.organization_id,
    jsonb_strip_nulls(jsonb_build_object('id', e.id, 'topic', e.topic,
      'at', to_char(e.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
      'actor', e.actor, 'entityRef', e.entity_ref, 'detail', e.detail,
      'subject', jsonb_build_object('kind', e.subject_kind, 'id', e.subject_id, 'name', e.subject_name)))
      || jsonb_build_object('payload', coalesce(e.payload, '{}'::jsonb)),
    -- What becomes of a task that a run created was caused by that run.
    greatest(e.depth, coalesce((select r.depth + 1 from tasks t join workflow_runs r on r.id = t.run_id
      where e.subject_kind = 'task' and t.id = e.subject_id), 0))
  from events e`;

/** The SQL of events that workflows ask for, from the moment they are published until they are dealt with. */
export class EventInbox {
  /** Of events that are being published, keeps those that some trigger or pause asks for; answers how many. */
  async keep(
    tx: Transaction,
    events: readonly { id: string; organization_id: string }[],
  ): Promise<number> {
    // By the whole of the primary key: ids alone are no prefix of it.
    return tx.run(
      `${INSERT} join unnest(?::uuid[], ?::uuid[]) as published (organization_id, id)
         on published.organization_id = e.organization_id and published.id = e.id
       where (
         exists (select from workflow_triggers t where t.topic = e.topic and t.organization_id = e.organization_id)
         or exists (select from workflow_steps s where s.wait_topic = e.topic and s.organization_id = e.organization_id))
       on conflict do nothing`,
      [
        events.map(event => event.organization_id),
        events.map(event => event.id),
      ],
    );
  }

  /**
   * Keeps events that were published after a step began to wait for them and
   * before that could be seen.
   */
  async catchUp(tx: Transaction): Promise<void> {
    await tx.run(
      `${INSERT} join (
           select wait_topic, organization_id, min(started_at) as since from workflow_steps
           where wait_topic is not null and started_at > now() - ${RECENT}
           group by wait_topic, organization_id) s
         on s.organization_id = e.organization_id and s.wait_topic = e.topic and e.at >= s.since
       where e.id > (lpad(to_hex((extract(epoch from now() - ${RECENT}) * 1000)::bigint), 12, '0')
         || '70008000000000000000')::uuid
       on conflict do nothing`,
    );
  }

  async list(tx: Transaction, limit: number): Promise<InboxRow[]> {
    return tx.rows<InboxRow>(
      'select event_id, organization_id, event, depth from workflow_events order by event_id limit ?',
      [limit],
    );
  }

  async remove(tx: Transaction, ids: readonly string[]): Promise<void> {
    await tx.run(
      'delete from workflow_events where event_id = any(?::uuid[])',
      [ids as string[]],
    );
  }

  /** Triggers that name a topic. */
  async triggers(
    tx: Transaction,
    organizationId: string,
    topic: string,
  ): Promise<TriggerRow[]> {
    return tx.rows<TriggerRow>(
      'select * from workflow_triggers where topic = ? and organization_id = ?',
      [topic, organizationId],
    );
  }

  /** Steps that waited for a topic when the event happened. */
  async pauses(
    tx: Transaction,
    event: { organizationId: string; topic: string; at: string },
  ): Promise<{ id: string; runId: string }[]> {
    return tx.rows(
      `select id, run_id as "runId" from workflow_steps
       where wait_topic = ? and organization_id = ? and started_at <= ?::timestamptz`,
      [event.topic, event.organizationId, event.at],
    );
  }
}
