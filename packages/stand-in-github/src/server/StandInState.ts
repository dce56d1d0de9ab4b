import { randomBytes } from 'node:crypto';
import { runGit } from '../git/runGit';
import type {
  StandInPullRequest,
  StandInRepository,
  StandInToken,
} from './model';
import { Refusal } from './Refusal';
import type { StandInApp } from './StandInApp';

/** Everything that the stand-in remembers. */
export class StandInState {
  readonly repositories: StandInRepository[] = [];
  readonly tokens = new Map<string, StandInToken>();
  /** Codes of the manifest flow that were not used yet. */
  readonly manifestCodes = new Set<string>();
  readonly app: StandInApp;
  readonly tokenLifetimeMs: number;
  #lastId = 1000;

  constructor(options: { app: StandInApp; tokenLifetimeMs: number }) {
    this.app = options.app;
    this.tokenLifetimeMs = options.tokenLifetimeMs;
  }

  nextId(): number {
    this.#lastId++;
    return this.#lastId;
  }

  /** Now, as GitHub writes instants. */
  timestamp(): string {
    return new Date(Date.now()).toISOString().replace(/\.\d+Z$/, 'Z');
  }

  findRepository(fullName: string): StandInRepository | undefined {
    return this.repositories.find(
      repository =>
        `${repository.owner}/${repository.name}`.toLowerCase() ===
        fullName.toLowerCase(),
    );
  }

  repository(fullName: string): StandInRepository {
    const repository = this.findRepository(fullName);
    if (!repository) {
      throw new Refusal(404, 'Not Found');
    }
    return repository;
  }

  pullRequest(
    repository: StandInRepository,
    number: number,
  ): StandInPullRequest {
    const pullRequest = repository.pullRequests.get(number);
    if (!pullRequest) {
      throw new Refusal(404, 'Not Found');
    }
    return pullRequest;
  }

  async hasCommit(
    repository: StandInRepository,
    sha: string,
  ): Promise<boolean> {
    if (repository.commits.has(sha)) {
      return true;
    }
    if (!repository.gitDirectory || !/^[0-9a-f]{40}$/.test(sha)) {
      return false;
    }
    return await runGit(repository.gitDirectory, [
      'cat-file',
      '-e',
      `${sha}^{commit}`,
    ]).then(
      () => true,
      () => false,
    );
  }

  createToken(installation: StandInToken['installation']): StandInToken {
    const token: StandInToken = {
      token: `${installation ? 'ghs' : 'ghp'}_${randomBytes(18).toString('hex')}`,
      installation,
      expiresAt: installation
        ? Date.now() + this.tokenLifetimeMs
        : Number.POSITIVE_INFINITY,
    };
    this.tokens.set(token.token, token);
    return token;
  }

  /** Undefined when the token is not known or not good any more. */
  findToken(token: string): StandInToken | undefined {
    const found = this.tokens.get(token);
    return found && found.expiresAt > Date.now() ? found : undefined;
  }
}
