import { createAppAuth } from '@octokit/auth-app';
import type { request as octokitRequest } from '@octokit/request';
import type { GithubAppCredentials } from '../config/GithubSettings';
import type { GithubRepository } from './GithubRepository';

/** No request may outlive its token, and clocks differ. */
const RENEW_BEFORE_EXPIRY_MS = 5 * 60_000;

/** A token of an installation of the App. */
export interface InstallationToken {
  token: string;
  expiresAt: Date;
}

/**
 * Tokens with which the App acts on one repository, each restricted to that
 * repository and to what the purpose needs. Tokens for publishing are kept
 * until shortly before they expire.
 */
export class InstallationTokens {
  readonly #auth: ReturnType<typeof createAppAuth>;
  readonly #request: typeof octokitRequest;

  constructor(options: {
    credentials: GithubAppCredentials;
    request: typeof octokitRequest;
  }) {
    const { credentials, request } = options;
    this.#auth = createAppAuth({
      appId: credentials.appId,
      privateKey: credentials.privateKey,
      request,
    });
    this.#request = request;
  }

  /** The installation of the App that a repository belongs to. */
  async findInstallation(repository: GithubRepository): Promise<number> {
    const { token } = await this.#auth({ type: 'app' });
    const { data } = await this.#request(
      'GET /repos/{owner}/{repo}/installation',
      {
        owner: repository.owner,
        repo: repository.name,
        headers: { authorization: `bearer ${token}` },
      },
    );
    return data.id;
  }

  /** With `renew`, the token that is kept is not good any more. */
  async forPublishing(
    repository: GithubRepository & { installationId: number },
    options: { renew: boolean },
  ): Promise<InstallationToken> {
    const permissions = { checks: 'write', pull_requests: 'write' };
    const kept = await this.#obtain(repository, permissions, options.renew);
    return kept.expiresAt.getTime() - Date.now() > RENEW_BEFORE_EXPIRY_MS
      ? kept
      : await this.#obtain(repository, permissions, true);
  }

  /** Always new, for it is handed out and should last. */
  async forCheckout(
    repository: GithubRepository & { installationId: number },
  ): Promise<InstallationToken> {
    return await this.#obtain(repository, { contents: 'read' }, true);
  }

  async #obtain(
    repository: GithubRepository & { installationId: number },
    permissions: Record<string, string>,
    refresh: boolean,
  ): Promise<InstallationToken> {
    const { token, expiresAt } = await this.#auth({
      type: 'installation',
      installationId: repository.installationId,
      repositoryNames: [repository.name],
      permissions,
      refresh,
    });
    return { token, expiresAt: new Date(expiresAt) };
  }
}
