import type { ReviewPublication } from '@devart/plugin-devart-node';
import type { GithubRepository } from '../api/GithubRepository';
import { isNotFound } from '../api/isNotFound';
import type { Octokit } from '../api/Octokit';
import { GITHUB_LIMITS, truncateMarkdown } from './limits';
import type { PublishingMemory } from './publishingMemory';

/** Not shown by GitHub; how the comment is found again. */
const MARKER = '<!-- devart:review-summary -->';

interface CommentTarget {
  octokit: Octokit;
  repository: GithubRepository;
  /** The App that acts; undefined when a person's token does. */
  appId: number | undefined;
  publication: ReviewPublication;
}

type RememberedComment = NonNullable<PublishingMemory['comment']>;

/**
 * Says how the newest review stands in the one comment that each pull request
 * has for it. The comment is updated in place; only where it was deleted, or
 * never was, a new one is written.
 */
export async function publishSummaryComment(
  target: CommentTarget & { remembered: PublishingMemory['comment'] },
): Promise<RememberedComment> {
  const { octokit, repository, publication, remembered } = target;
  const body = bodyOf(publication);
  const updated =
    remembered && (await updateComment(target, remembered.id, body));
  if (updated) {
    return updated;
  }
  const foundId = await findComment(target);
  const found =
    foundId !== undefined && (await updateComment(target, foundId, body));
  if (found) {
    return found;
  }
  const { data } = await octokit.rest.issues.createComment({
    owner: repository.owner,
    repo: repository.name,
    issue_number: publication.change.number,
    body,
  });
  return { id: data.id, url: data.html_url };
}

function bodyOf(publication: ReviewPublication): string {
  return truncateMarkdown(`${MARKER}\n${publication.summary}`, {
    maxBytes: GITHUB_LIMITS.comment,
    note: `_The rest was too long for GitHub: [read all of it](${publication.detailsUrl})._`,
  });
}

/** Undefined when the comment is not there any more. */
async function updateComment(
  target: CommentTarget,
  id: number,
  body: string,
): Promise<RememberedComment | undefined> {
  const { octokit, repository } = target;
  try {
    const { data } = await octokit.rest.issues.updateComment({
      owner: repository.owner,
      repo: repository.name,
      comment_id: id,
      body,
    });
    return { id: data.id, url: data.html_url };
  } catch (error) {
    if (isNotFound(error)) {
      return undefined;
    }
    throw error;
  }
}

async function findComment(target: CommentTarget): Promise<number | undefined> {
  const { octokit, repository, publication } = target;
  const isOurs = await ownershipTest(target);
  const pages = octokit.paginate.iterator(octokit.rest.issues.listComments, {
    owner: repository.owner,
    repo: repository.name,
    issue_number: publication.change.number,
    per_page: 100,
  });
  for await (const { data } of pages) {
    const found = data.find(
      comment => comment.body?.startsWith(MARKER) && isOurs(comment),
    );
    if (found) {
      return found.id;
    }
  }
  return undefined;
}

interface CommentAuthorship {
  user: { id: number } | null;
  performed_via_github_app?: { id: number } | null;
}

/** Anybody can write the marker, and an App may edit anybody's comment: whose it is decides. */
async function ownershipTest(
  target: CommentTarget,
): Promise<(comment: CommentAuthorship) => boolean> {
  const { octokit, appId } = target;
  if (appId !== undefined) {
    return comment => comment.performed_via_github_app?.id === appId;
  }
  const { data: viewer } = await octokit.rest.users.getAuthenticated();
  return comment => comment.user?.id === viewer.id;
}
