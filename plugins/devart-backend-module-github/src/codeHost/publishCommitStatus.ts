import type { ReviewPublication } from '@devart/plugin-devart-node';
import type { GithubRepository } from '../api/GithubRepository';
import type { Octokit } from '../api/Octokit';
import { CHECK_NAME } from './checkName';
import { GITHUB_LIMITS, truncateTitle } from './limits';

/**
 * Shows a review as a commit status, for without an App there are no checks.
 * Statuses are only ever added, so the newest is asked for first and nothing
 * is added that says the same.
 */
export async function publishCommitStatus(options: {
  octokit: Octokit;
  repository: GithubRepository;
  publication: ReviewPublication;
}): Promise<void> {
  const { octokit, repository, publication } = options;
  const { owner, name: repo } = repository;
  const wanted = {
    state: stateOf(publication),
    description: truncateTitle(
      publication.title,
      GITHUB_LIMITS.statusDescription,
    ),
    target_url: publication.detailsUrl,
  };
  const { data: newestFirst } =
    await octokit.rest.repos.listCommitStatusesForRef({
      owner,
      repo,
      ref: publication.change.headSha,
      per_page: 100,
    });
  const newest = newestFirst.find(status => status.context === CHECK_NAME);
  if (
    newest?.state === wanted.state &&
    newest.description === wanted.description &&
    newest.target_url === wanted.target_url
  ) {
    return;
  }
  await octokit.rest.repos.createCommitStatus({
    owner,
    repo,
    sha: publication.change.headSha,
    context: CHECK_NAME,
    ...wanted,
  });
}

function stateOf(
  publication: ReviewPublication,
): 'pending' | 'success' | 'failure' | 'error' {
  if (publication.status !== 'completed') {
    return 'pending';
  }
  switch (publication.conclusion) {
    case 'failure':
      return 'failure';
    case 'cancelled':
      return 'error';
    default:
      return 'success';
  }
}
