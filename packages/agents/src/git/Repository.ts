import { PermanentError } from '@devart/agent-sdk';
import type { Git } from './Git';
import { GitError } from './GitError';

const FULL_ID = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;
const SHORT_ID = /^[0-9a-f]{7,64}$/;
const NAME = /^(?!-)[A-Za-z0-9._/@+-]+$/;

/** The two commits between which a change lies. */
export interface Revisions {
  /** A commit, or the empty tree where the change begins with the repository. */
  base: string;
  head: string;
  /** How the base came about, for people. */
  baseIs: 'merge base' | 'given' | 'parent' | 'nothing';
}

/** What to compare. */
export interface RevisionRequest {
  base?: string;
  head: string;
  fetchRef?: string;
}

function checkName(name: string): void {
  if (!NAME.test(name) || name.includes('..') || name.includes('@{')) {
    throw new PermanentError(
      `'${name}' is not the name of a branch, tag or commit`,
    );
  }
}

/** `main~2^` is the name `main` with the suffix `~2^`. */
function splitRevision(revision: string): { name: string; suffix: string } {
  const [, name, suffix] = /^(.*?)((?:[~^]\d*)*)$/s.exec(revision)!;
  checkName(name);
  return { name, suffix };
}

/** Fetches what a review needs and finds the commits that are meant. */
export class Repository {
  readonly #git: Git;
  readonly #cloneMs: number;
  readonly #gitMs: number;
  #isShallow = false;

  constructor(options: { git: Git; cloneMs: number; gitMs: number }) {
    this.#git = options.git;
    this.#cloneMs = options.cloneMs;
    this.#gitMs = options.gitMs;
  }

  /**
   * Fetches commits and trees; contents follow when they are read. Two commits
   * by their full ids are fetched alone, for everything else all branches and
   * tags are.
   */
  async fetch(request: RevisionRequest): Promise<void> {
    const { base, head, fetchRef } = request;
    this.#isShallow = await this.#git.isSourceShallow(this.#gitMs);
    const names = [head, ...(base === undefined ? [] : [base])].map(
      revision => splitRevision(revision).name,
    );
    if (fetchRef !== undefined) {
      checkName(fetchRef);
    }
    const extra = fetchRef ? [`+${fetchRef}:refs/devart/fetched`] : [];
    if (names.every(name => FULL_ID.test(name))) {
      try {
        await this.#fetch([...names, ...extra]);
        return;
      } catch (error) {
        // Not every server hands out commits by their id.
        if (
          !(error instanceof GitError) ||
          !/not our ref|unadvertised|upload-pack/.test(error.detail)
        ) {
          throw error;
        }
      }
    }
    const needsHead = names.some(name => name === 'HEAD' || name === '@');
    await this.#fetch([
      '+refs/heads/*:refs/remotes/origin/*',
      '+refs/tags/*:refs/tags/*',
      ...(needsHead ? ['+HEAD:refs/devart/HEAD'] : []),
      ...extra,
    ]);
  }

  /**
   * Finds base and head. With a base, the change begins where head has left
   * it, as in a pull request; without one, at the parent of head.
   *
   * @throws PermanentError when there is no such revision
   */
  async resolve(request: RevisionRequest): Promise<Revisions> {
    const head = await this.#commit(request.head);
    if (request.base === undefined) {
      const parent = await this.#verify(`${head}^1`);
      return parent
        ? { base: parent, head, baseIs: 'parent' }
        : { base: await this.#emptyTree(), head, baseIs: 'nothing' };
    }
    const base = await this.#commit(request.base);
    const { output } = await this.#git.run({
      args: ['merge-base', base, head],
      timeoutMs: this.#gitMs,
      answers: [1],
    });
    const mergeBase = output.toString('utf8').trim();
    return mergeBase
      ? { base: mergeBase, head, baseIs: 'merge base' }
      : { base, head, baseIs: 'given' };
  }

  async #fetch(refs: string[]): Promise<void> {
    await this.#git.run({
      args: [
        'fetch',
        '--quiet',
        '--no-tags',
        '--no-recurse-submodules',
        '--no-write-fetch-head',
        '--no-auto-maintenance',
        // From a shallow clone Git would fetch the commits that are missing
        // there as it does contents: again and again, without an end.
        this.#isShallow ? '--update-shallow' : '--filter=blob:none',
        'origin',
        ...refs,
      ],
      timeoutMs: this.#cloneMs,
    });
    await this.#git.checkSize();
  }

  async #commit(revision: string): Promise<string> {
    const { name, suffix } = splitRevision(revision);
    const short = name.replace(/^(?:refs\/heads\/|origin\/)/, '');
    const candidates = [
      ...(name === 'HEAD' || name === '@' ? ['refs/devart/HEAD'] : []),
      ...(FULL_ID.test(name) ? [name] : []),
      `refs/remotes/origin/${name}`,
      `refs/remotes/origin/${short}`,
      `refs/tags/${name.replace(/^refs\/tags\//, '')}`,
      ...(SHORT_ID.test(name) ? [name] : []),
    ];
    for (const candidate of candidates) {
      const commit = await this.#verify(`${candidate}${suffix}`);
      if (commit) {
        return commit;
      }
    }
    throw new PermanentError(
      `The repository has no revision '${revision}'${
        this.#isShallow
          ? '; it is a shallow clone, and git fetch --unshallow gets the rest of its history'
          : ''
      }`,
    );
  }

  async #verify(revision: string): Promise<string | undefined> {
    const { output } = await this.#git.run({
      args: [
        'rev-parse',
        '--verify',
        '--quiet',
        '--end-of-options',
        `${revision}^{commit}`,
      ],
      timeoutMs: this.#gitMs,
      answers: [1, 128],
    });
    // Git 2.30 to 2.43 repeat the option itself.
    const id = output.toString('utf8').trim().split('\n').at(-1)!;
    return FULL_ID.test(id) ? id : undefined;
  }

  async #emptyTree(): Promise<string> {
    const { output } = await this.#git.run({
      args: ['hash-object', '-t', 'tree', '-w', '--stdin'],
      timeoutMs: this.#gitMs,
    });
    return output.toString('utf8').trim();
  }
}
