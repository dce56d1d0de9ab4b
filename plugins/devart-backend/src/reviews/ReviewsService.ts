import { ConflictError, InputError, NotFoundError } from '@backstage/errors';
import {
  RESOURCE_TYPE_TASK,
  priorityRank,
  REVIEW_CAPABILITY,
  REVIEW_TASK_TYPE,
  reviewOutputSchema,
  type Finding,
  type Review,
  type ReviewDetail,
  type ReviewOutput,
  type TaskPriority,
} from '@devart/plugin-devart-common';
import type {
  CodeHost,
  IntakeResult,
  PullRequestChange,
  ReviewIntake,
} from '@devart/plugin-devart-node';
import { v7 as uuidv7 } from 'uuid';
import { scopeOf, type AgentCaller, type MemberCaller } from '../access/Caller';
import type { ObjectAccess } from '../access/ObjectAccess';
import type { Database } from '../database/Database';
import type { Transaction } from '../database/Transaction';
import type { EventLog } from '../outbox/EventLog';
import type { TasksService } from '../tasks/TasksService';
import type { EndedTask, TaskType, UnsuccessfulEnd } from '../tasks/TaskTypes';
import type { TaskWorkService } from '../tasks/TaskWorkService';
import { fingerprintsOf } from './fingerprint';
import type { LocalRepositories } from './LocalRepositories';
import { checkRepositoryUrl, isLocalPath } from './repositoryUrl';
import type { ReviewRow, ReviewStore } from './ReviewStore';
import { reviewTitle } from './reviewTitle';

/** `source` of reviews that were asked for in the portal. */
export const PORTAL_SOURCE = 'portal';

/** A review that a person asks for. */
export interface ReviewRequest {
  repository: string;
  base?: string;
  head: string;
  title?: string;
  entityRef?: string;
  priority: TaskPriority;
  idempotencyKey?: string;
  /** W3C trace context of what asked for it. */
  traceparent: string;
}

/** Finds the catalog entity whose repository this is. */
export type FindEntityOfRepository = (
  change: Pick<PullRequestChange, 'host' | 'repository' | 'repositoryUrl'>,
) => Promise<string | undefined>;

/** A row as the contract answers it. */
export function toReview(row: ReviewRow): Review {
  return {
    id: row.id,
    taskId: row.task_id,
    source: row.source,
    repository: row.repository,
    number: row.number ?? undefined,
    title: row.title,
    url: row.url ?? undefined,
    base: row.base ?? '',
    head: row.head,
    entityRef: row.entity_ref ?? undefined,
    status: row.status,
    supersededBy: row.superseded_by ?? undefined,
    conclusion: row.conclusion ?? undefined,
    counts: row.counts,
    publishing: {
      state: row.publish_state,
      error: row.publish_error ?? undefined,
      checkUrl: row.check_url ?? undefined,
      commentUrl: row.comment_url ?? undefined,
    },
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
  };
}

/**
 * Reviews of changes: asked for in the portal or handed in by code hosts, done
 * by an agent as a task. The agent proposes findings; what becomes of them is
 * decided here.
 */
export class ReviewsService {
  readonly #database: Database;
  readonly #access: ObjectAccess;
  readonly #store: ReviewStore;
  readonly #tasks: TasksService;
  readonly #work: TaskWorkService;
  readonly #events: EventLog;
  readonly #local: LocalRepositories;
  readonly #codeHosts: ReadonlyMap<string, CodeHost>;
  readonly #organizationId: string;
  readonly #findEntity: FindEntityOfRepository;
  readonly #priorityByLabel: ReadonlyMap<string, TaskPriority>;

  constructor(options: {
    database: Database;
    access: ObjectAccess;
    store: ReviewStore;
    tasks: TasksService;
    work: TaskWorkService;
    events: EventLog;
    local: LocalRepositories;
    codeHosts: ReadonlyMap<string, CodeHost>;
    /** To whom reviews belong that code hosts hand in. */
    organizationId: string;
    findEntity: FindEntityOfRepository;
    priorityByLabel: ReadonlyMap<string, TaskPriority>;
  }) {
    this.#database = options.database;
    this.#access = options.access;
    this.#store = options.store;
    this.#tasks = options.tasks;
    this.#work = options.work;
    this.#events = options.events;
    this.#local = options.local;
    this.#codeHosts = options.codeHosts;
    this.#organizationId = options.organizationId;
    this.#findEntity = options.findEntity;
    this.#priorityByLabel = options.priorityByLabel;
  }

  /** What tasks that review something must deliver, and what follows from it. */
  taskType(): TaskType {
    return {
      type: REVIEW_TASK_TYPE,
      madeBy:
        'tasks of this type are made by asking for a review: POST /reviews',
      output: reviewOutputSchema as unknown as TaskType['output'],
      onSucceeded: (tx, task, output) =>
        this.#conclude(tx, task, output as unknown as ReviewOutput),
      onUnsuccessful: (tx, task, end) => this.#giveUp(tx, task, end),
    };
  }

  /** @throws InputError when the repository is none that may be reviewed. */
  async request(caller: MemberCaller, request: ReviewRequest): Promise<Review> {
    const cloneUrl = isLocalPath(request.repository)
      ? await this.#local.resolve(request.repository)
      : checkRepositoryUrl(request.repository);
    const { organizationId } = caller;
    return this.#database.inScope(scopeOf(caller), async tx => {
      const id = uuidv7();
      const title = request.title ?? reviewTitle(request, cloneUrl);
      const task = await this.#createTask(tx, organizationId, {
        reviewId: request.idempotencyKey ? undefined : id,
        title,
        repository: cloneUrl,
        base: request.base,
        head: request.head,
        entityRef: request.entityRef,
        priority: request.priority,
        idempotencyKey: request.idempotencyKey,
        traceparent: request.traceparent,
      });
      if (task.created) {
        await this.#store.insert(tx, {
          id,
          organizationId,
          taskId: task.id,
          source: PORTAL_SOURCE,
          repository: cloneUrl,
          title,
          cloneUrl,
          base: request.base,
          head: request.head,
          rerun: 0,
          entityRef: request.entityRef,
          publishes: false,
        });
      }
      const row = await this.#store.find(tx, organizationId, {
        taskId: task.id,
      });
      if (!row) {
        throw new ConflictError(
          'idempotencyKey: was used for a task that reviews nothing',
        );
      }
      return toReview(row);
    });
  }

  /** What code hosts hand in, as part of the trace of its delivery. */
  intake(traceparent: string): ReviewIntake {
    return {
      requestReview: change => this.#takeIn(change, 0, traceparent),
      rerunReview: change => this.#rerun(change, traceparent),
      cancelReviews: change => this.#cancel(change),
    };
  }

  async #rerun(
    change: { host: string; repository: string; headSha: string },
    traceparent: string,
  ): Promise<IntakeResult> {
    const latest = await this.#database.asSystem(`webhook:${change.host}`, tx =>
      this.#store.current(tx, this.#organizationId, {
        source: change.host,
        repository: change.repository,
        head: change.headSha,
      }),
    );
    const [row] = latest;
    if (!row?.change) {
      return {
        outcome: 'ignored',
        detail: 'this head was never reviewed, or a newer one has replaced it',
      };
    }
    return this.#takeIn(
      row.change as unknown as PullRequestChange,
      row.rerun + 1,
      traceparent,
    );
  }

  async #cancel(change: {
    host: string;
    repository: string;
    number: number;
  }): Promise<IntakeResult> {
    return this.#database.asSystem(`webhook:${change.host}`, async tx => {
      await this.#store.lockChange(
        tx,
        change.host,
        change.repository,
        change.number,
      );
      const rows = await this.#store.current(tx, this.#organizationId, {
        source: change.host,
        repository: change.repository,
        number: change.number,
      });
      let cancelled = 0;
      for (const row of rows) {
        if (
          await this.#tasks.cancelIn(
            tx,
            this.#organizationId,
            row.task_id,
            'the pull request does not need it any more',
          )
        ) {
          cancelled++;
        }
      }
      return cancelled > 0
        ? { outcome: 'cancelled', detail: `${cancelled} reviews` }
        : { outcome: 'ignored', detail: 'no review was under way' };
    });
  }

  async #takeIn(
    change: PullRequestChange,
    rerun: number,
    traceparent: string,
  ): Promise<IntakeResult> {
    const organizationId = this.#organizationId;
    const entityRef = await this.#findEntity(change);
    return this.#database.asSystem(`webhook:${change.host}`, async tx => {
      await this.#store.lockChange(
        tx,
        change.host,
        change.repository,
        change.number,
      );
      const current = await this.#store.current(tx, organizationId, {
        source: change.host,
        repository: change.repository,
        number: change.number,
      });
      const known = current.find(
        row => row.head === change.headSha && row.rerun >= rerun,
      );
      const isReopened = known?.status === 'cancelled';
      if (known && !isReopened) {
        return {
          outcome: 'known',
          detail: 'this head has its review already',
          taskId: known.task_id,
        };
      }
      const id = uuidv7();
      const title = `Review #${change.number} ${change.title}`.slice(0, 200);
      const task = await this.#createTask(tx, organizationId, {
        reviewId: id,
        title,
        repository: change.repositoryUrl,
        base: change.baseSha,
        head: change.headSha,
        entityRef,
        priority: this.#priorityOf(change),
        traceparent,
      });
      const inserted = await this.#store.insert(tx, {
        id,
        organizationId,
        taskId: task.id,
        source: change.host,
        repository: change.repository,
        number: change.number,
        title: change.title,
        url: change.url,
        cloneUrl: change.repositoryUrl,
        base: change.baseSha,
        head: change.headSha,
        rerun: isReopened ? known.rerun + 1 : rerun,
        entityRef,
        change: change as unknown as Record<string, unknown>,
        publishes: this.#codeHosts.has(change.host),
      });
      if (!inserted) {
        // An older head that was pushed again: its review is there, replaced by newer ones.
        await this.#tasks.cancelIn(
          tx,
          organizationId,
          task.id,
          'this head was reviewed before',
        );
        return { outcome: 'known', detail: 'this head was reviewed before' };
      }
      for (const row of current) {
        await this.#tasks.cancelIn(
          tx,
          organizationId,
          row.task_id,
          'a newer revision is reviewed instead',
        );
      }
      await this.#store.supersede(
        tx,
        current.map(row => row.id),
        id,
      );
      return {
        outcome: 'created',
        taskId: task.id,
        detail:
          current.length > 0
            ? `supersedes ${current.length} reviews`
            : undefined,
      };
    });
  }

  async list(
    caller: MemberCaller,
    filter: {
      repository?: string;
      entityRef?: string;
      publishing?: readonly string[];
      beforeId?: string;
      limit: number;
    },
  ): Promise<Review[]> {
    const visible = await this.#visible(caller);
    const rows = await this.#database.inScope(scopeOf(caller), tx =>
      this.#store.list(tx, caller.organizationId, { ...filter, visible }),
    );
    return rows.map(toReview);
  }

  /** A review with its findings; undefined when there is none. */
  async detail(
    caller: MemberCaller,
    by: { id: string } | { taskId: string },
  ): Promise<ReviewDetail | undefined> {
    const visible = await this.#visible(caller);
    return this.#database.inScope(scopeOf(caller), async tx => {
      const row = await this.#store.find(
        tx,
        caller.organizationId,
        by,
        visible,
      );
      if (!row) {
        return undefined;
      }
      const { result } = row;
      return {
        ...toReview(row),
        base: result?.baseSha ?? row.base ?? '',
        head: result?.headSha ?? row.head,
        findings: await this.#store.findings(tx, row.id),
        findingsOmitted: result?.findingsOmitted ?? 0,
        stats: result
          ? {
              filesChanged: result.filesChanged,
              linesAdded: result.linesAdded,
              linesDeleted: result.linesDeleted,
            }
          : undefined,
        analyzers: result?.analyzers ?? [],
        modelReading: result?.modelReading,
      };
    });
  }

  /**
   * What the agent that holds the task needs to clone.
   *
   * @throws ConflictError when it does not hold the attempt any more.
   */
  async checkout(agent: AgentCaller, taskId: string, attempt: number) {
    await this.#work.checkHolds(agent, taskId, attempt);
    const row = await this.#database.inScope(scopeOf(agent), tx =>
      tx.elevated(() => this.#store.find(tx, agent.organizationId, { taskId })),
    );
    if (!row) {
      throw new NotFoundError('The task reviews nothing');
    }
    const revisions = { base: row.base ?? undefined, head: row.head };
    const host = this.#codeHosts.get(row.source);
    if (!host || !row.change) {
      return { cloneUrl: row.clone_url, ...revisions };
    }
    const checkout = await host.checkout(
      row.change as unknown as PullRequestChange,
    );
    return {
      ...revisions,
      cloneUrl: checkout.cloneUrl,
      fetchRef: checkout.fetchRef,
      credential: checkout.credential && {
        ...checkout.credential,
        expiresAt: checkout.credential.expiresAt.toISOString(),
      },
    };
  }

  /** How many reviews that a caller may see could not be shown at their code hosts. */
  async countFailedPublishing(caller: MemberCaller): Promise<number> {
    const visible = await this.#visible(caller);
    return this.#database.inScope(scopeOf(caller), tx =>
      this.#store.countFailedPublishing(tx, caller.organizationId, visible),
    );
  }

  /** A review is seen by whoever may see the task that does it. */
  #visible(caller: MemberCaller) {
    return this.#access.visibleBy(caller, RESOURCE_TYPE_TASK, 'r.task_id');
  }

  /** @throws NotFoundError */
  async dismiss(
    caller: MemberCaller,
    id: string,
    reason: string,
  ): Promise<Finding> {
    return this.#changeFinding(caller, id, 'review.finding-dismissed', {
      reason,
      change: (tx, found) =>
        this.#store.dismiss(tx, {
          id: uuidv7(),
          organizationId: caller.organizationId,
          repository: found.repository,
          fingerprint: found.finding.fingerprint,
          reason,
        }),
    });
  }

  /** @throws NotFoundError */
  async restore(caller: MemberCaller, id: string): Promise<Finding> {
    return this.#changeFinding(caller, id, 'review.finding-restored', {
      change: (tx, found) =>
        this.#store.restore(tx, {
          organizationId: caller.organizationId,
          repository: found.repository,
          fingerprint: found.finding.fingerprint,
        }),
    });
  }

  async #changeFinding(
    caller: MemberCaller,
    id: string,
    topic: string,
    options: {
      reason?: string;
      change: (
        tx: Transaction,
        found: { finding: Finding; repository: string },
      ) => Promise<void>;
    },
  ): Promise<Finding> {
    const { organizationId } = caller;
    return this.#database.inScope(scopeOf(caller), async tx => {
      const found = await this.#store.findFinding(tx, organizationId, id);
      if (!found) {
        throw new NotFoundError(`There is no finding ${id}`);
      }
      await options.change(tx, found);
      await this.#store.conclude(tx, found.reviewId);
      await this.#events.append(tx, [
        {
          organizationId,
          topic,
          subject: {
            kind: 'review',
            id: found.reviewId,
            name: found.finding.title,
          },
          detail: options.reason,
        },
      ]);
      const changed = await this.#store.findFinding(tx, organizationId, id);
      return changed!.finding;
    });
  }

  /** The most urgent priority that a label asks for; `high` where none does. */
  #priorityOf(change: PullRequestChange): TaskPriority {
    const asked = change.labels.flatMap(
      label => this.#priorityByLabel.get(label.toLowerCase()) ?? [],
    );
    return asked.sort((a, b) => priorityRank(a) - priorityRank(b))[0] ?? 'high';
  }

  async #createTask(
    tx: Transaction,
    organizationId: string,
    review: {
      reviewId?: string;
      title: string;
      repository: string;
      base?: string;
      head: string;
      entityRef?: string;
      priority: TaskPriority;
      idempotencyKey?: string;
      traceparent: string;
    },
  ) {
    return this.#tasks.createIn(tx, organizationId, {
      title: review.title,
      description: '',
      type: REVIEW_TASK_TYPE,
      priority: review.priority,
      capabilities: [REVIEW_CAPABILITY],
      entityRef: review.entityRef,
      maxAttempts: 3,
      idempotencyKey: review.idempotencyKey,
      traceparent: review.traceparent,
      input: {
        ...(review.reviewId ? { reviewId: review.reviewId } : {}),
        repository: review.repository,
        ...(review.base ? { base: review.base } : {}),
        head: review.head,
      },
    });
  }

  /** Takes what an agent proposes into the record. */
  async #conclude(
    tx: Transaction,
    task: EndedTask,
    output: ReviewOutput,
  ): Promise<void> {
    const row = await this.#store.find(tx, task.organizationId, {
      taskId: task.id,
    });
    if (!row) {
      throw new InputError('The task reviews nothing');
    }
    const { findings, ...result } = output;
    const fingerprints = fingerprintsOf(findings);
    await this.#store.setResult(tx, row.id, result);
    await this.#store.insertFindings(
      tx,
      row,
      findings.map((finding, index) => ({
        ...finding,
        id: uuidv7(),
        fingerprint: fingerprints[index],
      })),
    );
    const conclusion = await this.#store.conclude(tx, row.id);
    await this.#announceEnd(tx, row, { status: 'succeeded', conclusion });
  }

  /** A review that nobody does any more is over, too: workflows wait for its end. */
  async #giveUp(
    tx: Transaction,
    task: EndedTask,
    end: UnsuccessfulEnd,
  ): Promise<void> {
    const row = await this.#store.find(tx, task.organizationId, {
      taskId: task.id,
    });
    if (row) {
      await this.#announceEnd(tx, row, end);
    }
  }

  async #announceEnd(
    tx: Transaction,
    row: ReviewRow,
    end: UnsuccessfulEnd & { conclusion?: string },
  ): Promise<void> {
    const { error, ...payload } = end;
    await this.#events.append(tx, [
      {
        organizationId: row.organization_id,
        topic: 'review.concluded',
        subject: { kind: 'review', id: row.id, name: row.title },
        entityRef: row.entity_ref ?? undefined,
        detail: error?.slice(0, 500),
        payload,
      },
    ]);
  }
}
