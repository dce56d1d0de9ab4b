import type { CodeHostChange } from './CodeHost';

/**
 * A pull request with a head that should be reviewed.
 * @public
 */
export interface PullRequestChange extends CodeHostChange {
  /** Id of the {@link CodeHost}. */
  host: string;
  title: string;
  url: string;
  /** Clone URL without credentials. */
  repositoryUrl: string;
  baseRef: string;
  baseSha: string;
  headRef: string;
  labels: string[];
  /** Lines changed, where the host says so. */
  changedLines?: number;
}

/**
 * What became of a change that was handed in.
 * @public
 */
export interface IntakeResult {
  /**
   * created: a task was made; known: there was one for this head already;
   * cancelled: tasks that were under way were ended.
   */
  outcome: 'created' | 'known' | 'cancelled' | 'ignored';
  /** Why it was ignored, or what was superseded; for the record of the delivery. */
  detail?: string;
  taskId?: string;
}

/**
 * Where code hosts hand in what should be reviewed.
 * @public
 */
export interface ReviewIntake {
  /** One review task per head; a newer head supersedes the older tasks. */
  requestReview(change: PullRequestChange): Promise<IntakeResult>;
  /** Somebody asked at the host for the review of a head to be done again. */
  rerunReview(
    change: Pick<CodeHostChange, 'repository' | 'headSha'> & { host: string },
  ): Promise<IntakeResult>;
  /** The pull request was closed: what has not begun is cancelled. */
  cancelReviews(
    change: Pick<CodeHostChange, 'repository' | 'number'> & { host: string },
  ): Promise<IntakeResult>;
}
