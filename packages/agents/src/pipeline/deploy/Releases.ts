import {
  mkdir,
  readFile,
  readdir,
  readlink,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { basename, join } from 'node:path';
import { PermanentError } from '@devart/agent-sdk';
import { z } from 'zod';
import { healthCheckSchema } from '../project/ProjectSettings';
import { withLock } from './withLock';

const releaseSchema = z.object({
  /** Id of the commit. */
  release: z.string(),
  repository: z.string(),
  path: z.string(),
  builtAt: z.string(),
  start: z.string().optional(),
  restart: z.string().optional(),
  healthCheck: healthCheckSchema.optional(),
});

/** What is known of a release beside its files. */
export type Release = z.output<typeof releaseSchema>;

const entrySchema = z.object({
  action: z.enum(['deploy', 'rollback']),
  /** What is current since then; missing when everything was taken down. */
  release: z.string().optional(),
  /** What was current before. */
  previous: z.string().optional(),
  taskId: z.string(),
  at: z.string(),
});

/** A change of the current release. */
export type Switch = z.output<typeof entrySchema>;

const MAX_ENTRIES = 200;

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT';
}

/**
 * The releases of one target in a folder of their own:
 *
 * - `releases/<commit>`: the files of a release, whole or not there at all
 * - `releases/<commit>.json`: what else is known of it
 * - `current`: a link to the release that is to be served
 * - `history.json`: every switch of `current`; written before the switch, so
 *   that one that was interrupted is finished by whoever comes next
 */
export class Releases {
  readonly #folder: string;
  readonly #kept: number;

  private constructor(options: { folder: string; kept: number }) {
    this.#folder = options.folder;
    this.#kept = options.kept;
  }

  /** Opens the target's folder, and makes it if need be. */
  static async open(options: {
    deployFolder: string;
    target: string;
    /** How many releases are kept besides the current one and the one before. */
    kept: number;
  }): Promise<Releases> {
    const folder = join(options.deployFolder, options.target);
    await mkdir(join(folder, 'releases'), { recursive: true });
    return new Releases({ folder, kept: options.kept });
  }

  /** Works while no other task changes the target. */
  lock<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    return withLock({
      file: join(this.#folder, 'lock'),
      signal,
      work: async () => {
        await this.#finishSwitch();
        return work();
      },
    });
  }

  /** The folder of a release. */
  folderOf(release: string): string {
    return join(this.#folder, 'releases', release);
  }

  /** Where `current` leads to; undefined when nothing is deployed. */
  async current(): Promise<string | undefined> {
    try {
      return basename(await readlink(join(this.#folder, 'current')));
    } catch (error) {
      if (isMissing(error)) {
        return undefined;
      }
      throw error;
    }
  }

  /** The last switch of `current`. */
  async lastSwitch(): Promise<Switch | undefined> {
    return (await this.#history()).at(-1);
  }

  /** What was current before a release was deployed, the last time that it was. */
  async before(release: string): Promise<string | undefined> {
    const deployed = (await this.#history()).findLast(
      entry => entry.action === 'deploy' && entry.release === release,
    );
    return deployed?.previous;
  }

  /** When a release became current the last time. */
  async deployedAt(release: string): Promise<string | undefined> {
    return (await this.#history()).findLast(entry => entry.release === release)
      ?.at;
  }

  /** @throws PermanentError when it is not there (any more) */
  async read(release: string): Promise<Release> {
    const found = await this.find(release);
    if (!found) {
      throw new PermanentError(
        `The release ${release.slice(0, 12)} is not there any more`,
      );
    }
    return found;
  }

  /** Undefined when it is not there whole. */
  async find(release: string): Promise<Release | undefined> {
    try {
      await stat(this.folderOf(release));
      const text = await readFile(`${this.folderOf(release)}.json`, 'utf8');
      return releaseSchema.parse(JSON.parse(text));
    } catch (error) {
      if (isMissing(error)) {
        return undefined;
      }
      throw error;
    }
  }

  /** Adds a release whose files the callback writes into a folder that it makes. */
  async add(
    release: Release,
    write: (folder: string) => Promise<void>,
  ): Promise<void> {
    const folder = this.folderOf(release.release);
    const draft = `${folder}.draft`;
    await rm(draft, { recursive: true, force: true });
    try {
      await write(draft);
      await writeFile(`${folder}.json`, JSON.stringify(release, undefined, 2));
      await rename(draft, folder);
    } catch (error) {
      await rm(draft, { recursive: true, force: true });
      throw error;
    }
  }

  /** Makes another release the current one, or none, in one step. */
  async switchTo(entry: Omit<Switch, 'previous' | 'at'>): Promise<Switch> {
    const full: Switch = {
      ...entry,
      previous: await this.current(),
      at: new Date().toISOString(),
    };
    const history = [...(await this.#history()), full].slice(-MAX_ENTRIES);
    const draft = join(this.#folder, 'history.json.draft');
    await writeFile(draft, JSON.stringify(history, undefined, 2));
    await rename(draft, join(this.#folder, 'history.json'));
    await this.#link(entry.release);
    return full;
  }

  /** Removes old releases. What is current, and what was before it, stays. */
  async prune(): Promise<void> {
    const current = await this.current();
    const stays = [
      current,
      current === undefined ? undefined : await this.before(current),
    ];
    const names = await readdir(join(this.#folder, 'releases'));
    const folders = names.filter(name => /^[0-9a-f]+$/.test(name));
    const dated = await Promise.all(
      folders
        .filter(name => !stays.includes(name))
        .map(async name => ({
          name,
          at: (await this.find(name))?.builtAt ?? '',
        })),
    );
    dated.sort((one, other) => other.at.localeCompare(one.at));
    for (const { name } of dated.slice(this.#kept)) {
      await rm(this.folderOf(name), { recursive: true, force: true });
      await rm(`${this.folderOf(name)}.json`, { force: true });
    }
  }

  async #history(): Promise<Switch[]> {
    try {
      const text = await readFile(join(this.#folder, 'history.json'), 'utf8');
      return z.array(entrySchema).parse(JSON.parse(text));
    } catch (error) {
      if (isMissing(error)) {
        return [];
      }
      throw error;
    }
  }

  async #finishSwitch(): Promise<void> {
    const last = await this.lastSwitch();
    if (last && last.release !== (await this.current())) {
      await this.#link(last.release);
    }
  }

  async #link(release: string | undefined): Promise<void> {
    const current = join(this.#folder, 'current');
    if (release === undefined) {
      await rm(current, { force: true });
      return;
    }
    const draft = join(this.#folder, 'current.draft');
    await rm(draft, { force: true });
    await symlink(join('releases', release), draft);
    await rename(draft, current);
  }
}
