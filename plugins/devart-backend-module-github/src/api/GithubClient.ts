import type { LoggerService } from '@backstage/backend-plugin-api';
import { request as octokitRequest } from '@octokit/request';
import { RequestError } from '@octokit/request-error';
import type { GithubSettings } from '../config/GithubSettings';
import { createFetchWhole } from './fetchWhole';
import type { GithubRepository } from './GithubRepository';
import {
  InstallationTokens,
  type InstallationToken,
} from './InstallationTokens';
import { Octokit } from './Octokit';
import { RateLimitPauses } from './RateLimitPauses';
import { translateGithubError } from './translateGithubError';

const USER_AGENT = 'devart';

const REQUEST_TIMEOUT_MS = 15_000;

const HEADERS = { 'x-github-api-version': '2022-11-28' };

/** Gives a token for requests about one repository. */
type TokenSource = (options: { renew: boolean }) => Promise<string>;

/**
 * GitHub's REST API, authenticated for one repository at a time. Every error
 * has been through {@link translateGithubError}. Nothing is tried again here
 * but a request whose token was refused; everything else is for the caller,
 * who can wait. While GitHub limits an installation, it is not asked for it.
 */
export class GithubClient {
  static create(options: {
    settings: GithubSettings;
    logger: LoggerService;
    requestTimeoutMs?: number;
  }): GithubClient {
    const { settings, logger, requestTimeoutMs = REQUEST_TIMEOUT_MS } = options;
    return new GithubClient({
      settings,
      requestOptions: {
        fetch: createFetchWhole(requestTimeoutMs),
        log: logger,
      },
    });
  }

  readonly #settings: GithubSettings;
  readonly #requestOptions: { fetch: typeof fetch; log: LoggerService };
  readonly #installationTokens: InstallationTokens | undefined;
  readonly #pauses = new RateLimitPauses();

  private constructor(options: {
    settings: GithubSettings;
    requestOptions: { fetch: typeof fetch; log: LoggerService };
  }) {
    this.#settings = options.settings;
    this.#requestOptions = options.requestOptions;
    const { credentials, apiBaseUrl } = options.settings;
    this.#installationTokens =
      credentials.type === 'app'
        ? new InstallationTokens({
            credentials,
            request: octokitRequest.defaults({
              baseUrl: apiBaseUrl,
              headers: { ...HEADERS, 'user-agent': USER_AGENT },
              request: options.requestOptions,
            }),
          })
        : undefined;
  }

  /** The App that acts; undefined when a person's token does. */
  get appId(): number | undefined {
    const { credentials } = this.#settings;
    return credentials.type === 'app' ? credentials.appId : undefined;
  }

  /** An Octokit that may publish on a repository. */
  async forRepository(repository: GithubRepository): Promise<Octokit> {
    const { tokenOf, caller } = await this.#publisherOf(repository);
    const { log } = this.#requestOptions;
    const octokit = new Octokit({
      baseUrl: this.#settings.apiBaseUrl,
      userAgent: USER_AGENT,
      request: this.#requestOptions,
      log: {
        debug: message => log.debug(message),
        info: message => log.debug(message),
        warn: message => log.warn(message),
        error: message => log.error(message),
      },
    });
    octokit.hook.wrap('request', async (send, options) => {
      const sendWith = async (token: string) =>
        await send({
          ...options,
          headers: {
            ...options.headers,
            ...HEADERS,
            authorization: `token ${token}`,
          },
        });
      return await this.#ask(caller, async () => {
        const token = await tokenOf({ renew: false });
        try {
          return await sendWith(token);
        } catch (error) {
          if (isUnauthorised(error) && this.#installationTokens) {
            return await sendWith(await tokenOf({ renew: true }));
          }
          throw error;
        }
      });
    });
    return octokit;
  }

  /**
   * A credential that can read the contents of one repository and nothing
   * else; undefined without an App, for a person's token can do what the
   * person can.
   */
  async createCheckoutToken(
    repository: GithubRepository,
  ): Promise<InstallationToken | undefined> {
    const tokens = this.#installationTokens;
    if (!tokens) {
      return undefined;
    }
    return await this.#ask('app', async () =>
      tokens.forCheckout(await withInstallation(tokens, repository)),
    );
  }

  async #publisherOf(
    repository: GithubRepository,
  ): Promise<{ tokenOf: TokenSource; caller: string }> {
    const { credentials } = this.#settings;
    if (credentials.type === 'token') {
      return { tokenOf: async () => credentials.token, caller: 'token' };
    }
    const tokens = this.#installationTokens!;
    const { installationId } = repository;
    const installed = installationId
      ? { ...repository, installationId }
      : await this.#ask('app', () => withInstallation(tokens, repository));
    return {
      tokenOf: async options =>
        (await tokens.forPublishing(installed, options)).token,
      caller: `installation ${installed.installationId}`,
    };
  }

  /** Asks GitHub, unless it told this caller to wait. */
  async #ask<T>(caller: string, request: () => Promise<T>): Promise<T> {
    this.#pauses.assertOver(caller);
    try {
      return await request();
    } catch (error) {
      const translated = translateGithubError(error, Date.now());
      this.#pauses.heed(caller, translated);
      throw translated;
    }
  }
}

async function withInstallation(
  tokens: InstallationTokens,
  repository: GithubRepository,
): Promise<GithubRepository & { installationId: number }> {
  return {
    ...repository,
    installationId:
      repository.installationId ?? (await tokens.findInstallation(repository)),
  };
}

function isUnauthorised(error: unknown): boolean {
  return error instanceof RequestError && error.status === 401;
}
