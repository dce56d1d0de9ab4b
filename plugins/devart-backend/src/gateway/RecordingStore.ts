import type { GatewayRecording } from '@devart/plugin-devart-common';
import { Conditions } from '../database/Conditions';
import type { Transaction } from '../database/Transaction';

/** What was asked of a model, and what it answered. */
export interface NewRecording {
  organizationId: string;
  requestId: string;
  agentId: string;
  agentName: string;
  taskId?: string;
  service: string;
  model: string;
  endpoint: string;
  request: string;
  answer: string;
  end: string;
}

interface RecordingRow {
  id: string;
  request_id: string;
  at: Date;
  agent_id: string;
  agent_name: string;
  task_id: string | null;
  service: string;
  model: string;
  endpoint: string;
  request: string;
  answer: string;
  ended_as: string;
}

/** The SQL of recorded calls of models. */
export class RecordingStore {
  async insert(tx: Transaction, recording: NewRecording): Promise<void> {
    await tx.run(
      `insert into model_recordings (organization_id, request_id, agent_id, agent_name, task_id, service, model,
         endpoint, request, answer, ended_as)
       values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      [
        recording.organizationId,
        recording.requestId,
        recording.agentId,
        recording.agentName,
        recording.taskId ?? null,
        recording.service,
        recording.model,
        recording.endpoint,
        recording.request,
        recording.answer,
        recording.end,
      ],
    );
  }

  /** Recordings newest first, one more than `limit`. */
  async list(
    tx: Transaction,
    organizationId: string,
    filter: {
      agentId?: string;
      taskId?: string;
      beforeId?: string;
      limit: number;
    },
  ): Promise<GatewayRecording[]> {
    const where = new Conditions()
      .add('organization_id = ?', organizationId)
      .narrow('agent_id = ?', filter.agentId)
      .narrow('task_id = ?', filter.taskId)
      .narrow('id < ?', filter.beforeId);
    const rows = await tx.rows<RecordingRow>(
      `select id, request_id, at, agent_id, agent_name, task_id, service, model, endpoint, request, answer, ended_as
       from model_recordings where ${where.sql} order by id desc limit ?`,
      [...where.bindings, filter.limit + 1],
    );
    return rows.map(row => ({
      id: row.id,
      requestId: row.request_id,
      at: row.at.toISOString(),
      agent: { id: row.agent_id, name: row.agent_name },
      taskId: row.task_id ?? undefined,
      service: row.service,
      model: row.model,
      endpoint: row.endpoint,
      request: row.request,
      answer: row.answer,
      end: row.ended_as,
    }));
  }

  /** Removes recordings older than so many days; answers how many. */
  async removeOlderThan(
    tx: Transaction,
    days: number,
    limit: number,
  ): Promise<number> {
    return tx.run(
      `delete from model_recordings where id in (
         select id from model_recordings where at < now() - make_interval(days => ?::int) order by id limit ?)`,
      [days, limit],
    );
  }
}
