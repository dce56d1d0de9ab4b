import { rmSync } from 'node:fs';
import { lstat, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

const PREFIX = 'task-';

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/**
 * Throw-away folders below one folder of the agent, readable for nobody else.
 * Their names hold the process that made them, so that the next start can
 * remove what a process left that was killed.
 */
export class Workspaces {
  readonly #root: string;
  readonly #open = new Set<string>();
  readonly #onExit = () => {
    for (const folder of this.#open) {
      rmSync(folder, { recursive: true, force: true });
    }
  };

  private constructor(root: string) {
    this.#root = root;
  }

  /**
   * Makes the folder if need be and removes what dead processes left there.
   *
   * @throws when the folder belongs to somebody else or is none
   */
  static async create(root: string): Promise<Workspaces> {
    await mkdir(root, { recursive: true, mode: 0o700 });
    const stats = await lstat(root);
    if (!stats.isDirectory() || stats.uid !== process.getuid?.()) {
      throw new Error(
        `${root} must be a folder of the user that the agent runs as`,
      );
    }
    for (const name of await readdir(root)) {
      const pid = Number(/^task-(\d+)-/.exec(name)?.[1]);
      if (pid > 0 && !isAlive(pid)) {
        await rm(join(root, name), { recursive: true, force: true });
      }
    }
    return new Workspaces(root);
  }

  /** Works in a folder that is gone afterwards, whatever happens. */
  async use<T>(work: (folder: string) => Promise<T>): Promise<T> {
    const folder = await mkdtemp(join(this.#root, `${PREFIX}${process.pid}-`));
    if (this.#open.size === 0) {
      process.on('exit', this.#onExit);
    }
    this.#open.add(folder);
    try {
      return await work(folder);
    } finally {
      await rm(folder, { recursive: true, force: true, maxRetries: 3 });
      this.#open.delete(folder);
      if (this.#open.size === 0) {
        process.removeListener('exit', this.#onExit);
      }
    }
  }
}
