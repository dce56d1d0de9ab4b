import type { FindingSeverity } from '@devart/plugin-devart-common';

/**
 * A change to be reviewed, as its code host names it.
 * @public
 */
export interface CodeHostChange {
  /** The repository as its host names it, such as `octo-org/shop`. */
  repository: string;
  /** Number of the pull request. */
  number: number;
  headSha: string;
  /** What the host needs to act on the repository, as its webhook said it, such as an installation id. */
  context: Record<string, unknown>;
}

/**
 * What an agent needs to clone a change.
 * @public
 */
export interface CodeHostCheckout {
  cloneUrl: string;
  credential?: { username: string; password: string; expiresAt: Date };
  /** A ref to fetch besides branches, such as `refs/pull/7/head`. */
  fetchRef?: string;
}

/**
 * A finding to be shown at a line.
 * @public
 */
export interface CodeHostAnnotation {
  path: string;
  startLine: number;
  endLine: number;
  severity: FindingSeverity;
  title: string;
  message: string;
}

/**
 * How a review stands, to be shown at its change.
 * @public
 */
export interface ReviewPublication {
  change: CodeHostChange;
  /** Identifies the review at the host, so that publishing again finds what is there. */
  reviewId: string;
  status: 'queued' | 'in_progress' | 'completed';
  /** Only with `completed`. */
  conclusion?: 'success' | 'neutral' | 'failure' | 'cancelled';
  /** One line. */
  title: string;
  /** Markdown, for the check and the summary comment; safe to show. */
  summary: string;
  /** Only findings that were never shown at this change before. */
  annotations: CodeHostAnnotation[];
  /** Where in the portal the review is. */
  detailsUrl: string;
  /** What {@link CodeHost.publish} returned for this review before; empty at first. */
  state: Record<string, unknown>;
  /** Whether the summary comment should say this; else only the check does. */
  comment: boolean;
}

/**
 * What became of a publication.
 * @public
 */
export interface PublishedReview {
  /** Kept and handed back with the next publication of the same review. */
  state: Record<string, unknown>;
  checkUrl?: string;
  commentUrl?: string;
}

/**
 * Thrown by a code host that cannot answer now but will later: rate limits and
 * outages. The publication is tried again, not before `retryAt`.
 * @public
 */
export class CodeHostUnavailableError extends Error {
  readonly retryAt: Date | undefined;

  constructor(message: string, options?: { retryAt?: Date; cause?: unknown }) {
    super(message, { cause: options?.cause });
    this.name = 'CodeHostUnavailableError';
    this.retryAt = options?.retryAt;
  }
}

/**
 * A system that hosts repositories and shows reviews, such as GitHub.
 * Implementations keep no state of their own; publishing the same thing twice
 * must leave the same as publishing it once.
 * @public
 */
export interface CodeHost {
  /** Short and unique, for example `github`; the `source` of its reviews. */
  readonly id: string;
  checkout(change: CodeHostChange): Promise<CodeHostCheckout>;
  /**
   * Shows how a review stands.
   *
   * @throws CodeHostUnavailableError when trying again later can help.
   */
  publish(publication: ReviewPublication): Promise<PublishedReview>;
}
