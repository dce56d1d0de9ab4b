import { mkdir, realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { PermanentError } from '@devart/agent-sdk';
import type { CloneSource } from '../../git/CloneSource';
import { Git } from '../../git/Git';
import { Repository } from '../../git/Repository';
import type { PipelineLimits } from '../PipelineLimits';

/** The files of one commit. */
export interface Checkout {
  /** Full id of the commit. */
  revision: string;
  /** All files of the commit. */
  tree: string;
  /** The part of it that the task is about. */
  project: string;
}

/**
 * Clones a repository and writes the files of a revision below a folder. Git
 * itself runs nothing of what the repository holds: no hook, no filter, no
 * submodule.
 *
 * @throws PermanentError when there is no such revision or path
 */
export async function checkOut(options: {
  source: CloneSource;
  revision: string;
  path: string;
  /** An empty folder that is the agent's own. */
  folder: string;
  signal: AbortSignal;
  limits: PipelineLimits;
}): Promise<Checkout> {
  const { source, path, folder, signal, limits } = options;
  const tree = join(folder, 'tree');
  await mkdir(tree);
  const git = await Git.create({
    folder,
    source,
    signal,
    maxFolderBytes: limits.folderBytes,
  });
  const repository = new Repository({
    git,
    cloneMs: limits.cloneMs,
    gitMs: limits.gitMs,
  });
  await repository.fetch({ head: options.revision });
  const { head } = await repository.resolve({ head: options.revision });
  await git.run({
    args: [`--work-tree=${tree}`, 'checkout', '--quiet', '--detach', head],
    timeoutMs: limits.cloneMs,
  });
  await git.checkSize();
  return { revision: head, tree, project: await projectIn(tree, path) };
}

/** @throws PermanentError when the path is no folder of the tree, also when a link leads out of it */
async function projectIn(tree: string, path: string): Promise<string> {
  const root = await realpath(tree);
  const project = await realpath(join(root, path)).catch(() => undefined);
  const isInside =
    project !== undefined &&
    (project === root || project.startsWith(`${root}${sep}`));
  if (!isInside || !(await stat(project)).isDirectory()) {
    throw new PermanentError(`The repository has no folder '${path}'`);
  }
  return project;
}
