import { realpath } from 'node:fs/promises';
import { isAbsolute, resolve, sep } from 'node:path';
import { PermanentError } from '@devart/agent-sdk';
import { parseCloneSource, type CloneSource } from '../../git/CloneSource';

/** `https://host/team/` and `https://host/team.git` as they are compared. */
function comparable(url: string): string {
  return url.replace(/\/+$/, '').replace(/\.git$/, '');
}

function isUrl(text: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(text);
}

function isBelow(path: string, folder: string, separator: string): boolean {
  return path === folder || path.startsWith(`${folder}${separator}`);
}

/**
 * The repositories whose code the agent may run: local folders and URLs, each
 * with everything below. Running a repository's code is running whatever its
 * authors wrote, so nothing is allowed that nobody named.
 */
export class AllowedRepositories {
  readonly #folders: string[];
  readonly #urls: string[];

  private constructor(options: { folders: string[]; urls: string[] }) {
    this.#folders = options.folders;
    this.#urls = options.urls;
  }

  /**
   * Reads a list of absolute folders and URLs, separated by commas.
   *
   * @throws Error naming the entry that is neither
   */
  static parse(list: string): AllowedRepositories {
    const entries = list
      .split(',')
      .map(entry => entry.trim())
      .filter(Boolean);
    const folders: string[] = [];
    const urls: string[] = [];
    for (const entry of entries) {
      if (isAbsolute(entry)) {
        folders.push(resolve(entry));
      } else if (isUrl(entry) && URL.canParse(entry)) {
        urls.push(comparable(new URL(entry).href));
      } else {
        throw new Error(
          `DEVART_AGENTS_RUN_REPOSITORIES must list absolute folders and URLs, separated by commas; it holds '${entry}'`,
        );
      }
    }
    return new AllowedRepositories({ folders, urls });
  }

  /**
   * Where to clone a repository from. A relative path is taken from the first
   * folder of the list.
   *
   * @throws PermanentError when its code may not be run here
   */
  async find(repository: string): Promise<CloneSource> {
    const source = isUrl(repository)
      ? parseCloneSource(repository)
      : this.#local(repository);
    if (source.protocol === 'file') {
      return this.#checkFolder(source, repository);
    }
    // `href` has no `..` left in its path; what is encoded is no separator.
    const url = comparable(source.location);
    if (
      /%2e|%2f|%5c/i.test(url) ||
      !this.#urls.some(allowed => isBelow(url, allowed, '/'))
    ) {
      throw this.#refusal(repository);
    }
    return source;
  }

  #local(path: string): CloneSource {
    const [first] = this.#folders;
    if (!isAbsolute(path) && !first) {
      throw this.#refusal(path);
    }
    return parseCloneSource(resolve(first ?? '/', path));
  }

  async #checkFolder(
    source: CloneSource,
    repository: string,
  ): Promise<CloneSource> {
    const folder = await real(source.location);
    const allowed = await Promise.all(this.#folders.map(real));
    // Missing folders are refused alike, so that nobody learns what is there.
    if (
      !folder ||
      !allowed.some(
        parent => parent !== undefined && isBelow(folder, parent, sep),
      )
    ) {
      throw this.#refusal(repository);
    }
    return { ...source, location: folder };
  }

  #refusal(repository: string): PermanentError {
    return new PermanentError(
      this.#folders.length + this.#urls.length === 0
        ? 'This agent runs no code: DEVART_AGENTS_RUN_REPOSITORIES names no repository whose code it may run'
        : `The code of '${repository}' is not run here: it is not below one of the folders and URLs that DEVART_AGENTS_RUN_REPOSITORIES of the agent allows`,
    );
  }
}

async function real(path: string): Promise<string | undefined> {
  return realpath(path).catch(() => undefined);
}
