import { createHash } from 'node:crypto';
import type { LogLine } from '@devart/plugin-devart-common';
import type { Transaction } from '../database/Transaction';

/** An artifact without its content. */
export interface ArtifactRow {
  id: string;
  attempt: number;
  name: string;
  media_type: string;
  size: number;
  sha256: string;
  created_at: Date;
}

const ARTIFACT_COLUMNS =
  'id, attempt, name, media_type, size, sha256, created_at';

/** The SQL of what agents leave with tasks: log lines and artifacts. */
export class TaskRecordStore {
  /** Adds a batch of lines, unless the batch is there already. */
  async appendLines(
    tx: Transaction,
    batch: {
      id: string;
      organizationId: string;
      taskId: string;
      attempt: number;
      lines: readonly { at: string; level: string; message: string }[];
    },
  ): Promise<boolean> {
    const isNew = await tx.run(
      `insert into task_log_batches (id, organization_id, task_id, attempt) values (?, ?, ?, ?)
       on conflict (id) do nothing`,
      [batch.id, batch.organizationId, batch.taskId, batch.attempt],
    );
    if (isNew === 0) {
      return false;
    }
    await tx.run(
      `insert into task_log_lines (task_id, organization_id, attempt, at, level, message)
       select ?, ?, ?, line.at, line.level, line.message
       from unnest(?::timestamptz[], ?::text[], ?::text[]) with ordinality
         as line (at, level, message, position)
       order by line.position`,
      [
        batch.taskId,
        batch.organizationId,
        batch.attempt,
        batch.lines.map(line => line.at),
        batch.lines.map(line => line.level),
        batch.lines.map(line => line.message),
      ],
    );
    return true;
  }

  /** Lines after a given one, one more than `limit`. */
  async lines(
    tx: Transaction,
    taskId: string,
    afterSeq: number,
    limit: number,
  ): Promise<LogLine[]> {
    const rows = await tx.rows<{
      seq: string;
      attempt: number;
      at: Date;
      level: LogLine['level'];
      message: string;
    }>(
      `select seq, attempt, at, level, message from task_log_lines
       where task_id = ? and seq > ? order by seq limit ?`,
      [taskId, afterSeq, limit + 1],
    );
    return rows.map(row => ({
      ...row,
      seq: Number(row.seq),
      at: row.at.toISOString(),
    }));
  }

  async putArtifact(
    tx: Transaction,
    artifact: {
      id: string;
      organizationId: string;
      taskId: string;
      attempt: number;
      name: string;
      mediaType: string;
      content: Buffer;
    },
  ): Promise<ArtifactRow> {
    const sha256 = createHash('sha256').update(artifact.content).digest('hex');
    const [row] = await tx.rows<ArtifactRow>(
      `insert into task_artifacts (id, organization_id, task_id, attempt, name, media_type, size, sha256, content)
       values (?, ?, ?, ?, ?, ?, ?, ?, ?)
       on conflict (task_id, attempt, name) do update set media_type = excluded.media_type,
         size = excluded.size, sha256 = excluded.sha256, content = excluded.content, created_at = now()
       returning ${ARTIFACT_COLUMNS}`,
      [
        artifact.id,
        artifact.organizationId,
        artifact.taskId,
        artifact.attempt,
        artifact.name,
        artifact.mediaType,
        artifact.content.length,
        sha256,
        artifact.content,
      ],
    );
    return row;
  }

  async artifacts(tx: Transaction, taskId: string): Promise<ArtifactRow[]> {
    return tx.rows<ArtifactRow>(
      `select ${ARTIFACT_COLUMNS} from task_artifacts where task_id = ? order by attempt, name limit 1000`,
      [taskId],
    );
  }

  async countArtifacts(
    tx: Transaction,
    taskId: string,
    attempt: number,
  ): Promise<number> {
    const [row] = await tx.rows<{ count: number }>(
      'select count(*)::int as count from task_artifacts where task_id = ? and attempt = ?',
      [taskId, attempt],
    );
    return row.count;
  }

  async artifact(
    tx: Transaction,
    taskId: string,
    id: string,
  ): Promise<(ArtifactRow & { content: Buffer }) | undefined> {
    const [row] = await tx.rows<ArtifactRow & { content: Buffer }>(
      `select ${ARTIFACT_COLUMNS}, content from task_artifacts where task_id = ? and id = ?`,
      [taskId, id],
    );
    return row;
  }
}
