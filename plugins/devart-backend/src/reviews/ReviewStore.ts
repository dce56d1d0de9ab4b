import type {
  Finding,
  FindingSeverity,
  ProposedFinding,
  Review,
  ReviewOutput,
  TaskStatus,
} from '@devart/plugin-devart-common';
import { Conditions } from '../database/Conditions';
import type { Transaction } from '../database/Transaction';

/** A row of `review_live`. */
export interface ReviewRow {
  id: string;
  organization_id: string;
  task_id: string;
  source: string;
  repository: string;
  number: number | null;
  title: string;
  url: string | null;
  clone_url: string;
  base: string | null;
  head: string;
  rerun: number;
  entity_ref: string | null;
  change: Record<string, unknown> | null;
  superseded_by: string | null;
  conclusion: 'success' | 'neutral' | 'failure' | null;
  result: Omit<ReviewOutput, 'findings'> | null;
  publish_state: 'none' | 'pending' | 'published' | 'failed';
  revision: number;
  published_status: string | null;
  publish_attempts: number;
  publish_after: Date | null;
  publish_error: string | null;
  publish_memory: Record<string, unknown>;
  check_url: string | null;
  comment_url: string | null;
  created_at: Date;
  updated_at: Date;
  status: TaskStatus;
  last_error: string | null;
  counts: Review['counts'];
}

/** A review that does not exist yet. */
export interface NewReview {
  id: string;
  organizationId: string;
  taskId: string;
  source: string;
  repository: string;
  number?: number;
  title: string;
  url?: string;
  cloneUrl: string;
  base?: string;
  head: string;
  rerun: number;
  entityRef?: string;
  change?: Record<string, unknown>;
  publishes: boolean;
}

interface FindingRow {
  id: string;
  review_id: string;
  repository: string;
  fingerprint: string;
  path: string;
  line: number | null;
  end_line: number | null;
  severity: FindingSeverity;
  tool: string;
  rule: string;
  title: string;
  message: string;
  known: boolean;
  dismissed_by: string | null;
  dismissed_at: Date | null;
  dismissal_reason: string | null;
}

const SELECT_REVIEW = `
  select r.*, c.counts from review_live r
  left join lateral (
    select json_build_object(
      'error', count(*) filter (where f.severity = 'error' and d.id is null),
      'warning', count(*) filter (where f.severity = 'warning' and d.id is null),
      'notice', count(*) filter (where f.severity = 'notice' and d.id is null),
      'dismissed', count(*) filter (where d.id is not null)) as counts
    from findings f
    left join finding_dismissals d on d.organization_id = f.organization_id
      and d.repository = f.repository and d.fingerprint = f.fingerprint
    where f.review_id = r.id
  ) c on true`;

const SELECT_FINDING = `
  select f.id, f.review_id, f.repository, f.fingerprint, f.path, f.line, f.end_line, f.severity, f.tool,
    f.rule, f.title, f.message, f.known, d.dismissed_by, d.at as dismissed_at, d.reason as dismissal_reason
  from findings f
  left join finding_dismissals d on d.organization_id = f.organization_id
    and d.repository = f.repository and d.fingerprint = f.fingerprint`;

function toFinding(row: FindingRow): Finding {
  return {
    id: row.id,
    fingerprint: row.fingerprint,
    path: row.path,
    line: row.line ?? undefined,
    endLine: row.end_line ?? undefined,
    severity: row.severity,
    tool: row.tool,
    rule: row.rule,
    title: row.title,
    message: row.message,
    known: row.known,
    dismissed: row.dismissed_by
      ? {
          by: row.dismissed_by,
          at: row.dismissed_at!.toISOString(),
          reason: row.dismissal_reason!,
        }
      : undefined,
  };
}

/** The SQL of reviews, findings and dismissals. */
export class ReviewStore {
  /** Answers false when this head has its review already. */
  async insert(tx: Transaction, review: NewReview): Promise<boolean> {
    const inserted = await tx.run(
      `insert into reviews (id, organization_id, task_id, source, repository, number, title, url, clone_url,
         base, head, rerun, entity_ref, change, publish_state, publish_after)
       values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, now())
       on conflict do nothing`,
      [
        review.id,
        review.organizationId,
        review.taskId,
        review.source,
        review.repository,
        review.number ?? null,
        review.title,
        review.url ?? null,
        review.cloneUrl,
        review.base ?? null,
        review.head,
        review.rerun,
        review.entityRef ?? null,
        review.change ? JSON.stringify(review.change) : null,
        review.publishes ? 'pending' : 'none',
      ],
    );
    return inserted > 0;
  }

  async find(
    tx: Transaction,
    organizationId: string,
    by: { id: string } | { taskId: string },
    visible = new Conditions(),
  ): Promise<ReviewRow | undefined> {
    const [row] = await tx.rows<ReviewRow>(
      `${SELECT_REVIEW} where r.organization_id = ? and ${'id' in by ? 'r.id' : 'r.task_id'} = ?
         and ${visible.sql}`,
      [organizationId, 'id' in by ? by.id : by.taskId, ...visible.bindings],
    );
    return row;
  }

  /** Reviews newest first, one more than `limit`. */
  async list(
    tx: Transaction,
    organizationId: string,
    filter: {
      repository?: string;
      entityRef?: string;
      publishing?: readonly string[];
      /** A condition on `r` that only what the caller may see meets. */
      visible?: Conditions;
      beforeId?: string;
      limit: number;
    },
  ): Promise<ReviewRow[]> {
    const where = new Conditions()
      .add('r.organization_id = ?', organizationId)
      .narrow('r.repository = ?', filter.repository)
      .narrow('r.entity_ref = ?', filter.entityRef)
      .narrow('r.publish_state = any(?)', filter.publishing)
      .narrow('r.id < ?', filter.beforeId)
      .with(filter.visible ?? new Conditions());
    return tx.rows<ReviewRow>(
      `${SELECT_REVIEW} where ${where.sql} order by r.id desc limit ?`,
      [...where.bindings, filter.limit + 1],
    );
  }

  /** Serialises what happens to the reviews of one pull request until the transaction ends. */
  async lockChange(
    tx: Transaction,
    source: string,
    repository: string,
    number: number,
  ): Promise<void> {
    await tx.rows(`select pg_advisory_xact_lock(hashtextextended(?, 0))`, [
      `devart review ${source} ${repository} ${number}`,
    ]);
  }

  /** Reviews of a pull request that no newer one replaces, newest first. */
  async current(
    tx: Transaction,
    organizationId: string,
    change: {
      source: string;
      repository: string;
      number?: number;
      head?: string;
    },
  ): Promise<ReviewRow[]> {
    return tx.rows<ReviewRow>(
      `${SELECT_REVIEW} where r.organization_id = ? and r.source = ? and r.repository = ?
         and (?::int is null or r.number = ?::int) and (?::text is null or r.head = ?::text)
         and r.superseded_by is null
       order by r.id desc limit 100`,
      [
        organizationId,
        change.source,
        change.repository,
        change.number ?? null,
        change.number ?? null,
        change.head ?? null,
        change.head ?? null,
      ],
    );
  }

  async supersede(
    tx: Transaction,
    ids: readonly string[],
    by: string,
  ): Promise<void> {
    await tx.run(
      'update reviews set superseded_by = ?, updated_at = now() where id = any(?::uuid[])',
      [by, ids],
    );
  }

  async setResult(
    tx: Transaction,
    id: string,
    result: Omit<ReviewOutput, 'findings'>,
  ): Promise<void> {
    await tx.run(
      'update reviews set result = ?, updated_at = now() where id = ?',
      [JSON.stringify(result), id],
    );
  }

  async insertFindings(
    tx: Transaction,
    review: Pick<
      ReviewRow,
      'id' | 'organization_id' | 'repository' | 'number' | 'source'
    >,
    findings: readonly (ProposedFinding & {
      id: string;
      fingerprint: string;
    })[],
  ): Promise<void> {
    if (findings.length === 0) {
      return;
    }
    const rows = findings.map((finding, position) => ({
      id: finding.id,
      fingerprint: finding.fingerprint,
      path: finding.path,
      line: finding.line ?? null,
      end_line: finding.endLine ?? null,
      severity: finding.severity,
      tool: finding.tool,
      rule: finding.rule,
      title: finding.title,
      message: finding.message,
      position,
    }));
    await tx.run(
      `insert into findings (id, organization_id, review_id, repository, fingerprint, path, line, end_line,
         severity, tool, rule, title, message, known, position)
       select n.id, ?, ?, ?, n.fingerprint, n.path, n.line, n.end_line, n.severity, n.tool, n.rule, n.title,
         n.message,
         exists (select 1 from findings f join reviews r on r.id = f.review_id
           where r.organization_id = ? and r.source = ? and r.repository = ? and r.number = ?
             and r.id <> ? and f.fingerprint = n.fingerprint),
         n.position
       from jsonb_to_recordset(?::jsonb) as n (id uuid, fingerprint text, path text, line int, end_line int,
         severity text, tool text, rule text, title text, message text, position int)
       on conflict (review_id, fingerprint) do nothing`,
      [
        review.organization_id,
        review.id,
        review.repository,
        review.organization_id,
        review.source,
        review.repository,
        review.number,
        review.id,
        JSON.stringify(rows),
      ],
    );
  }

  async findings(tx: Transaction, reviewId: string): Promise<Finding[]> {
    const rows = await tx.rows<FindingRow>(
      `${SELECT_FINDING} where f.review_id = ? order by f.position`,
      [reviewId],
    );
    return rows.map(toFinding);
  }

  async findFinding(
    tx: Transaction,
    organizationId: string,
    id: string,
  ): Promise<
    | {
        finding: Finding;
        reviewId: string;
        repository: string;
      }
    | undefined
  > {
    const [row] = await tx.rows<FindingRow>(
      `${SELECT_FINDING} where f.organization_id = ? and f.id = ?`,
      [organizationId, id],
    );
    return (
      row && {
        finding: toFinding(row),
        reviewId: row.review_id,
        repository: row.repository,
      }
    );
  }

  async dismiss(
    tx: Transaction,
    dismissal: {
      id: string;
      organizationId: string;
      repository: string;
      fingerprint: string;
      reason: string;
    },
  ): Promise<void> {
    await tx.run(
      `insert into finding_dismissals (id, organization_id, repository, fingerprint, dismissed_by, reason)
       values (?, ?, ?, ?, ?, ?)
       on conflict (organization_id, repository, fingerprint)
       do update set dismissed_by = excluded.dismissed_by, reason = excluded.reason, at = now()`,
      [
        dismissal.id,
        dismissal.organizationId,
        dismissal.repository,
        dismissal.fingerprint,
        tx.actor,
        dismissal.reason,
      ],
    );
  }

  async restore(
    tx: Transaction,
    finding: {
      organizationId: string;
      repository: string;
      fingerprint: string;
    },
  ): Promise<void> {
    await tx.run(
      'delete from finding_dismissals where organization_id = ? and repository = ? and fingerprint = ?',
      [finding.organizationId, finding.repository, finding.fingerprint],
    );
  }

  /**
   * Draws the conclusion from the findings that are not dismissed, and lets the
   * review be shown again where it is published.
   */
  async conclude(tx: Transaction, id: string): Promise<string> {
    const [row] = await tx.rows<{ conclusion: string }>(
      `update reviews r set
         conclusion = case
           when exists (select 1 from findings f where f.review_id = r.id and f.severity = 'error'
             and not exists (select 1 from finding_dismissals d where d.organization_id = f.organization_id
               and d.repository = f.repository and d.fingerprint = f.fingerprint)) then 'failure'
           when exists (select 1 from findings f where f.review_id = r.id and f.severity = 'warning'
             and not exists (select 1 from finding_dismissals d where d.organization_id = f.organization_id
               and d.repository = f.repository and d.fingerprint = f.fingerprint)) then 'neutral'
           else 'success' end,
         publish_state = case when publish_state = 'none' then 'none' else 'pending' end,
         published_status = null, publish_after = now(), publish_attempts = 0, revision = revision + 1,
         updated_at = now()
       where id = ? returning conclusion`,
      [id],
    );
    return row.conclusion;
  }

  /**
   * Takes a review that is shown otherwise than its task stands, for so many
   * seconds in which no other replica takes it.
   */
  async takeUnpublished(
    tx: Transaction,
    leaseSeconds: number,
  ): Promise<ReviewRow | undefined> {
    const [taken] = await tx.rows<{ id: string }>(
      `update reviews set publish_after = now() + make_interval(secs => ?::double precision)
       where id = (
         select r.id from reviews r join task_live t on t.id = r.task_id
         where r.publish_state in ('pending', 'published') and r.publish_after <= now()
           and r.published_status is distinct from t.status
         order by r.publish_after limit 1 for update of r skip locked)
       returning id`,
      [leaseSeconds],
    );
    if (!taken) {
      return undefined;
    }
    const [row] = await tx.rows<ReviewRow>(`${SELECT_REVIEW} where r.id = ?`, [
      taken.id,
    ]);
    return row;
  }

  async markPublished(
    tx: Transaction,
    id: string,
    published: {
      status: TaskStatus;
      memory: Record<string, unknown>;
      checkUrl?: string;
      commentUrl?: string;
      /** What was shown; a change since then keeps the review unpublished. */
      revision: number;
    },
  ): Promise<void> {
    await tx.run(
      `update reviews set publish_state = 'published',
         published_status = case when revision = ? then ? else null end,
         -- What cannot change any more is not looked at again; drawing a new conclusion brings it back.
         publish_after = case when revision = ? and (superseded_by is not null or ? = 'succeeded')
           then 'infinity' else now() end,
         publish_memory = ?, publish_attempts = 0, publish_error = null,
         check_url = coalesce(?, check_url), comment_url = coalesce(?, comment_url)
       where id = ?`,
      [
        published.revision,
        published.status,
        published.revision,
        published.status,
        JSON.stringify(published.memory),
        published.checkUrl ?? null,
        published.commentUrl ?? null,
        id,
      ],
    );
  }

  async markPublishFailed(
    tx: Transaction,
    id: string,
    failure: { error: string; retryAt?: Date },
  ): Promise<void> {
    await tx.run(
      `update reviews set publish_state = ?, publish_error = ?, publish_after = coalesce(?, publish_after),
         publish_attempts = publish_attempts + 1
       where id = ?`,
      [
        failure.retryAt ? 'pending' : 'failed',
        failure.error,
        failure.retryAt ?? null,
        id,
      ],
    );
  }

  async countFailedPublishing(
    tx: Transaction,
    organizationId: string,
    visible = new Conditions(),
  ): Promise<number> {
    const [row] = await tx.rows<{ count: number }>(
      `select count(*)::int as count from reviews r
       where r.organization_id = ? and r.publish_state = 'failed' and ${visible.sql}`,
      [organizationId, ...visible.bindings],
    );
    return row.count;
  }
}
