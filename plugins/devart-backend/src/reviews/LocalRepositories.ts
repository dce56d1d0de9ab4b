import { realpath, stat } from 'node:fs/promises';
import { join, resolve, sep } from 'node:path';
import { InputError } from '@backstage/errors';

/** Undefined for what is not there or out of reach: both are not allowed. */
async function realPathOf(path: string): Promise<string | undefined> {
  return realpath(path).then(
    real => real,
    () => undefined,
  );
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

/** The folders below which local repositories may be reviewed. */
export class LocalRepositories {
  readonly #folders: readonly string[];

  /** @param folders - absolute paths; none allows no local repository */
  constructor(folders: readonly string[]) {
    this.#folders = folders;
  }

  /**
   * The real path of a repository, links resolved. A relative path is taken
   * from the first folder that is allowed.
   *
   * @throws InputError when it is not below an allowed folder, or no repository.
   * Both read the same for paths that are not allowed, so that nobody can feel
   * out the disk.
   */
  async resolve(path: string): Promise<string> {
    if (this.#folders.length === 0) {
      throw new InputError(
        'repository: local folders are not allowed here; configure devart.reviews.localFolders, or give an https:// or ssh:// URL',
      );
    }
    const [first] = this.#folders;
    const real = await realPathOf(resolve(first, path));
    if (real === undefined || !(await this.#isAllowed(real))) {
      throw new InputError(
        'repository: no repository below the folders that devart.reviews.localFolders allows',
      );
    }
    const isRepository =
      (await exists(join(real, '.git'))) ||
      ((await exists(join(real, 'HEAD'))) &&
        (await exists(join(real, 'objects'))));
    if (!isRepository) {
      throw new InputError(
        'repository: the folder is not a Git repository; give the folder that holds .git',
      );
    }
    return real;
  }

  async #isAllowed(real: string): Promise<boolean> {
    for (const folder of this.#folders) {
      const allowed = await realPathOf(folder);
      if (
        allowed !== undefined &&
        (real === allowed || real.startsWith(`${allowed}${sep}`))
      ) {
        return true;
      }
    }
    return false;
  }
}
