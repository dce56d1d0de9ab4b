const FULL_COMMIT_ID = /^[0-9a-f]{40,64}$/;
/** Enough to tell commits of one repository apart, and a title to be read. */
const SHORT_COMMIT_ID = 12;

/** What a review is called that was given no title: its revisions and the repository. */
export function reviewTitle(
  revisions: { base?: string; head: string },
  cloneUrl: string,
): string {
  const change = [revisions.base, revisions.head]
    .filter(revision => revision !== undefined && revision !== '')
    .map(revision =>
      FULL_COMMIT_ID.test(revision!)
        ? revision!.slice(0, SHORT_COMMIT_ID)
        : revision,
    )
    .join('..');
  return `Review ${change} of ${cloneUrl.split('/').at(-1)}`;
}
