import type { LoggerService } from '@backstage/backend-plugin-api';
import type { Finding, TaskStatus } from '@devart/plugin-devart-common';
import {
  type CodeHost,
  type PullRequestChange,
  type ReviewPublication,
} from '@devart/plugin-devart-node';
import type { Database } from '../database/Database';
import type { Transaction } from '../database/Transaction';
import { Loop } from '../loops/Loop';
import type { EventLog } from '../outbox/EventLog';
import { renderSummary, titleOf } from './renderSummary';
import { toReview } from './ReviewsService';
import type { ReviewRow, ReviewStore } from './ReviewStore';

/** A replica that dies while it publishes holds a review back for this long. */
const LEASE_SECONDS = 90;
const INTERVAL_MS = 1000;
/** After so many failures that nobody explained, the review counts as not published. */
const MAX_FAILURES = 8;
/** Errors of a code host that trying again will not mend. */
const FINAL_ERRORS = new Set([
  'InputError',
  'NotFoundError',
  'NotAllowedError',
  'AuthenticationError',
]);
const SEVERITIES = ['error', 'warning', 'notice'];

function statusAtHost(status: TaskStatus): ReviewPublication['status'] {
  if (status === 'queued' || status === 'waiting') {
    return 'queued';
  }
  return status === 'running' ? 'in_progress' : 'completed';
}

function conclusionAtHost(row: ReviewRow): ReviewPublication['conclusion'] {
  switch (row.status) {
    case 'succeeded':
      return row.conclusion ?? 'success';
    case 'cancelled':
    case 'rejected':
      return 'cancelled';
    case 'failed':
    case 'dead_letter':
      // The review failed, not the change.
      return 'neutral';
    default:
      return undefined;
  }
}

function annotationsOf(findings: readonly Finding[], max: number) {
  return findings
    .filter(finding => !finding.known && !finding.dismissed && finding.line)
    .sort(
      (a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity),
    )
    .slice(0, max)
    .map(finding => ({
      path: finding.path,
      startLine: finding.line!,
      endLine: Math.max(finding.line!, finding.endLine ?? finding.line!),
      severity: finding.severity,
      title: finding.title,
      message: `${finding.message}\n\n${finding.tool} ${finding.rule}`,
    }));
}

/** Shows reviews at their code hosts as they stand, again and again until it is done. */
export function createReviewPublisher(options: {
  database: Database;
  store: ReviewStore;
  events: EventLog;
  codeHosts: ReadonlyMap<string, CodeHost>;
  maxAnnotations: number;
  portalUrl: string;
  logger: LoggerService;
}): Loop {
  const { database, store, events, codeHosts, maxAnnotations } = options;
  const { portalUrl, logger } = options;

  /** Says what came of publishing a review that is over, or can never be published. */
  const announce = (
    tx: Transaction,
    row: ReviewRow,
    outcome: 'published' | 'publishing-failed',
    detail?: string,
  ) =>
    events.append(tx, [
      {
        organizationId: row.organization_id,
        topic: `review.${outcome}`,
        subject: { kind: 'review', id: row.id, name: row.title },
        entityRef: row.entity_ref ?? undefined,
        detail,
        payload: { status: row.status, conclusion: row.conclusion },
      },
    ]);

  const publicationOf = (
    row: ReviewRow,
    findings: Finding[],
    error: string | undefined,
  ): ReviewPublication => {
    const review = toReview(row);
    const detailsUrl = `${portalUrl}/devart/tasks/${row.task_id}`;
    const status = statusAtHost(row.status);
    return {
      change: row.change as unknown as PullRequestChange,
      reviewId: row.id,
      status,
      conclusion: conclusionAtHost(row),
      title: titleOf(review),
      summary: renderSummary(review, {
        findings,
        omitted: row.result?.findingsOmitted ?? 0,
        modelReading: row.result?.modelReading,
        error,
        detailsUrl,
      }),
      annotations: annotationsOf(findings, maxAnnotations),
      detailsUrl,
      state: row.publish_memory,
      comment: status === 'completed' && row.superseded_by === null,
    };
  };

  const publish = async (row: ReviewRow) => {
    const host = codeHosts.get(row.source);
    if (!host) {
      throw new Error(`The code host ${row.source} is not configured any more`);
    }
    const findings = await database.asSystem('system:publisher', tx =>
      store.findings(tx, row.id),
    );
    const published = await host.publish(
      publicationOf(row, findings, row.last_error ?? undefined),
    );
    await database.asSystem('system:publisher', async tx => {
      await store.markPublished(tx, row.id, {
        status: row.status,
        memory: published.state,
        checkUrl: published.checkUrl,
        commentUrl: published.commentUrl,
        revision: row.revision,
      });
      if (statusAtHost(row.status) === 'completed') {
        await announce(tx, row, 'published');
      }
    });
  };

  return new Loop({
    name: 'review publisher',
    logger,
    intervalMs: INTERVAL_MS,
    round: async () => {
      // One at a time: a slow code host must not outlast the leases of the others.
      const row = await database.asSystem('system:publisher', tx =>
        store.takeUnpublished(tx, LEASE_SECONDS),
      );
      if (!row) {
        return undefined;
      }
      try {
        await publish(row);
      } catch (error) {
        const { name, message, retryAt } = error as Error & { retryAt?: Date };
        const failures = row.publish_attempts + 1;
        const isFinal =
          FINAL_ERRORS.has(name) ||
          (name !== 'CodeHostUnavailableError' && failures >= MAX_FAILURES);
        const backoff = new Date(
          Date.now() + Math.min(300_000, 1000 * 2 ** failures),
        );
        logger.warn(
          `Review ${row.id} could not be shown at ${row.source}: ${message}`,
        );
        await database.asSystem('system:publisher', async tx => {
          await store.markPublishFailed(tx, row.id, {
            error: message.slice(0, 1000),
            retryAt: isFinal ? undefined : (retryAt ?? backoff),
          });
          if (isFinal) {
            await announce(tx, row, 'publishing-failed', message.slice(0, 500));
          }
        });
      }
      return 'again';
    },
  });
}
