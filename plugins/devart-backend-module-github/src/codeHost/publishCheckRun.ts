import type {
  CodeHostAnnotation,
  ReviewPublication,
} from '@devart/plugin-devart-node';
import type { GithubRepository } from '../api/GithubRepository';
import { isNotFound } from '../api/isNotFound';
import type { Octokit } from '../api/Octokit';
import { CHECK_NAME } from './checkName';
import { GITHUB_LIMITS, truncateMarkdown, truncateTitle } from './limits';
import type { PublishingMemory } from './publishingMemory';

const ANNOTATION_LEVELS = {
  error: 'failure',
  warning: 'warning',
  notice: 'notice',
} as const;

interface CheckRun {
  id: number;
  html_url: string | null;
  output: { annotations_count: number };
}

interface CheckRunTarget {
  octokit: Octokit;
  repository: GithubRepository;
  appId: number;
  publication: ReviewPublication;
}

/**
 * Shows a review as a check run: one for each review, found again by
 * `external_id`.
 *
 * GitHub appends the annotations of every update to those that are there, and
 * takes 50 at a time. So what is there is asked for first, only what is missing
 * is sent, and the check is completed together with the last of it: publishing
 * that broke off half way can simply be done again.
 */
export async function publishCheckRun(
  target: CheckRunTarget & { remembered: PublishingMemory['checkRun'] },
): Promise<NonNullable<PublishingMemory['checkRun']>> {
  const { publication, remembered } = target;
  const wanted = publication.annotations.map(toGithubAnnotation);

  let run = await findCheckRun(target, remembered);
  let missing = wanted;
  if (run) {
    const shown =
      run.output.annotations_count > 0 && wanted.length > 0
        ? await listAnnotationKeys(target, run.id)
        : new Set<string>();
    missing = wanted.filter(annotation => !shown.has(keyOf(annotation)));
  }

  const batches = batchesOf(missing, GITHUB_LIMITS.annotationsPerRequest);
  for (const [index, annotations] of batches.entries()) {
    const fields = fieldsOf(publication, {
      annotations,
      last: index === batches.length - 1,
    });
    run = run
      ? await updateCheckRun(target, run.id, fields)
      : await createCheckRun(target, fields);
  }
  return {
    id: run!.id,
    reviewId: publication.reviewId,
    ...(run!.html_url && { url: run!.html_url }),
  };
}

function fieldsOf(
  publication: ReviewPublication,
  options: { annotations: GithubAnnotation[]; last: boolean },
) {
  const { conclusion = 'neutral' } = publication;
  const completed = publication.status === 'completed';
  // Annotations that follow are part of the result: the check goes on till then.
  const status =
    completed && !options.last ? ('in_progress' as const) : publication.status;
  return {
    name: CHECK_NAME,
    external_id: publication.reviewId,
    details_url: publication.detailsUrl,
    status,
    ...(status === 'completed' && { conclusion }),
    output: {
      title: truncateTitle(publication.title, GITHUB_LIMITS.title),
      summary: truncateMarkdown(publication.summary, {
        maxBytes: GITHUB_LIMITS.checkSummary,
        note: `_The rest was too long for GitHub: [read all of it](${publication.detailsUrl})._`,
      }),
      ...(options.annotations.length > 0 && {
        annotations: options.annotations,
      }),
    },
  };
}

async function findCheckRun(
  target: CheckRunTarget,
  remembered: PublishingMemory['checkRun'],
): Promise<CheckRun | undefined> {
  const { octokit, repository, appId, publication } = target;
  const { owner, name: repo } = repository;
  if (remembered?.reviewId === publication.reviewId) {
    try {
      const { data } = await octokit.rest.checks.get({
        owner,
        repo,
        check_run_id: remembered.id,
      });
      return data;
    } catch (error) {
      if (!isNotFound(error)) {
        throw error;
      }
    }
  }
  const pages = octokit.paginate.iterator(octokit.rest.checks.listForRef, {
    owner,
    repo,
    ref: publication.change.headSha,
    check_name: CHECK_NAME,
    app_id: appId,
    filter: 'all',
    per_page: 100,
  });
  for await (const { data } of pages) {
    const found = data.find(run => run.external_id === publication.reviewId);
    if (found) {
      return found;
    }
  }
  return undefined;
}

async function createCheckRun(
  target: CheckRunTarget,
  fields: ReturnType<typeof fieldsOf>,
): Promise<CheckRun> {
  const { octokit, repository, publication } = target;
  const { data } = await octokit.rest.checks.create({
    owner: repository.owner,
    repo: repository.name,
    head_sha: publication.change.headSha,
    ...fields,
  });
  return data;
}

async function updateCheckRun(
  target: CheckRunTarget,
  id: number,
  fields: ReturnType<typeof fieldsOf>,
): Promise<CheckRun> {
  const { octokit, repository } = target;
  const { data } = await octokit.rest.checks.update({
    owner: repository.owner,
    repo: repository.name,
    check_run_id: id,
    ...fields,
  });
  return data;
}

async function listAnnotationKeys(
  target: CheckRunTarget,
  id: number,
): Promise<Set<string>> {
  const { octokit, repository } = target;
  const shown = await octokit.paginate(octokit.rest.checks.listAnnotations, {
    owner: repository.owner,
    repo: repository.name,
    check_run_id: id,
    per_page: 100,
  });
  return new Set(shown.map(keyOf));
}

type GithubAnnotation = ReturnType<typeof toGithubAnnotation>;

function toGithubAnnotation(annotation: CodeHostAnnotation) {
  return {
    path: annotation.path,
    start_line: annotation.startLine,
    end_line: Math.max(annotation.startLine, annotation.endLine),
    annotation_level: ANNOTATION_LEVELS[annotation.severity],
    title: truncateTitle(annotation.title, GITHUB_LIMITS.title),
    // GitHub refuses an annotation that says nothing.
    message: truncateMarkdown(annotation.message || annotation.title, {
      maxBytes: GITHUB_LIMITS.annotationMessage,
      note: '(The rest was too long for GitHub.)',
    }),
  };
}

/** What makes two annotations the same to a reader. */
function keyOf(annotation: {
  path: string;
  start_line: number;
  end_line: number;
  annotation_level: string | null;
  title: string | null;
  message: string | null;
}): string {
  return JSON.stringify([
    annotation.path,
    annotation.start_line,
    annotation.end_line,
    annotation.annotation_level,
    annotation.title,
    annotation.message?.trim(),
  ]);
}

/** Always at least one batch, for the check itself must be said too. */
function batchesOf<T>(items: T[], size: number): T[][] {
  const batches: T[][] = [items.slice(0, size)];
  for (let start = size; start < items.length; start += size) {
    batches.push(items.slice(start, start + size));
  }
  return batches;
}
