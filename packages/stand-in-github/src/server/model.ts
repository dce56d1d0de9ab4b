/** What the stand-in remembers of a repository. */
export interface StandInRepository {
  id: number;
  owner: string;
  name: string;
  private: boolean;
  /** The App may act on it. */
  installed: boolean;
  /** A bare repository that is served to Git. */
  gitDirectory: string | undefined;
  /** Commits that are known besides those of the Git repository. */
  commits: Set<string>;
  pullRequests: Map<number, StandInPullRequest>;
  checkRuns: StandInCheckRun[];
  comments: StandInComment[];
  statuses: StandInStatus[];
}

/** A pull request. */
export interface StandInPullRequest {
  number: number;
  title: string;
  baseRef: string;
  baseSha: string;
  headRef: string;
  headSha: string;
  draft: boolean;
  state: 'open' | 'closed';
  locked: boolean;
}

/** A check run, its times as GitHub says them. */
export interface StandInCheckRun {
  id: number;
  name: string;
  headSha: string;
  externalId: string;
  detailsUrl: string | null;
  status: string;
  conclusion: string | null;
  startedAt: string;
  completedAt: string | null;
  title: string | null;
  summary: string | null;
  text: string | null;
  annotations: StandInAnnotation[];
}

/** An annotation as it was sent. */
export interface StandInAnnotation {
  path: string;
  start_line: number;
  end_line: number;
  start_column?: number;
  end_column?: number;
  annotation_level: string;
  title?: string;
  message: string;
  raw_details?: string;
}

/** A comment on a pull request. */
export interface StandInComment {
  id: number;
  number: number;
  body: string;
  author: StandInAuthor;
  createdAt: string;
  updatedAt: string;
}

/** A commit status. */
export interface StandInStatus {
  id: number;
  sha: string;
  state: string;
  context: string;
  description: string | null;
  targetUrl: string | null;
  createdAt: string;
}

/** Who wrote something: the App, or a person by their login. */
export type StandInAuthor = { type: 'app' } | { type: 'user'; login: string };

/** What a token may do. */
export interface StandInToken {
  token: string;
  /** Undefined for the token of a person. */
  installation:
    | { repositories: string[] | 'all'; permissions: Record<string, string> }
    | undefined;
  expiresAt: number;
}
