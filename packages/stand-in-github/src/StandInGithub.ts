import { mkdtemp, rm } from 'node:fs/promises';
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { GithubDescription } from './description/GithubDescription';
import { runGit } from './git/runGit';
import { ApiHandler, type SeenRequest } from './server/ApiHandler';
import { FaultPlan, type Fault, type FaultScope } from './server/Fault';
import { GitHandler, type SeenGitRequest } from './server/GitHandler';
import type {
  StandInAuthor,
  StandInCheckRun,
  StandInComment,
  StandInPullRequest,
  StandInRepository,
  StandInStatus,
} from './server/model';
import { Renderer } from './server/Renderer';
import { StandInApp, type StandInAppManifest } from './server/StandInApp';
import { StandInState } from './server/StandInState';
import { deliverGithubWebhook } from './webhooks/deliverGithubWebhook';
import { githubWebhookExample } from './webhooks/githubWebhookExamples';

const API_PATH = '/api/v3';

const TOKEN_LIFETIME_MS = 3_600_000;

const DEFAULT_APP: StandInAppManifest = {
  default_permissions: {
    checks: 'write',
    contents: 'read',
    metadata: 'read',
    pull_requests: 'write',
  },
  default_events: ['check_run', 'check_suite', 'pull_request'],
};

/** How a stand-in is started. */
export interface StandInGithubOptions {
  /** Any free one unless given. */
  port?: number;
  tokenLifetimeMs?: number;
  webhookSecret?: string;
  /** What the App was granted; what a review needs unless given. */
  app?: StandInAppManifest;
}

/** A pull request to be opened. */
export interface PullRequestToOpen {
  /** `<owner>/<name>`. */
  repository: string;
  number: number;
  /** Names of revisions where the repository is cloned from one, else full ids. */
  base: string;
  head: string;
  title?: string;
  draft?: boolean;
}

/**
 * A server that behaves like GitHub as far as devart uses it, laid out as
 * GitHub Enterprise Server: the API below `/api/v3`, repositories for Git at
 * `/<owner>/<name>.git`.
 *
 * Every request and every answer is held against GitHub's published
 * description; {@link StandInGithub.stop} throws when one was not as described.
 */
export class StandInGithub {
  static async start(
    options: StandInGithubOptions = {},
  ): Promise<StandInGithub> {
    const folder = await mkdtemp(path.join(tmpdir(), 'stand-in-github-'));
    const server = http.createServer();
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(options.port ?? 0, '127.0.0.1', resolve);
    });
    return new StandInGithub({ ...options, server, folder });
  }

  /** Where people and Git go, without a slash at the end. */
  readonly url: string;
  /** Where the REST API is, without a slash at the end. */
  readonly apiUrl: string;
  readonly webhookSecret: string;
  readonly #server: http.Server;
  readonly #folder: string;
  readonly #state: StandInState;
  readonly #faults = new FaultPlan();
  readonly #api: ApiHandler;
  readonly #git: GitHandler;

  private constructor(
    options: StandInGithubOptions & { server: http.Server; folder: string },
  ) {
    this.#server = options.server;
    this.#folder = options.folder;
    this.webhookSecret = options.webhookSecret ?? 'a-secret-of-the-stand-in';
    const { port } = options.server.address() as AddressInfo;
    this.url = `http://127.0.0.1:${port}`;
    this.apiUrl = `${this.url}${API_PATH}`;

    const description = GithubDescription.load();
    this.#state = new StandInState({
      app: new StandInApp(options.app ?? DEFAULT_APP),
      tokenLifetimeMs: options.tokenLifetimeMs ?? TOKEN_LIFETIME_MS,
    });
    const render = new Renderer({
      state: this.#state,
      description,
      webUrl: this.url,
      apiUrl: this.apiUrl,
    });
    this.#api = new ApiHandler({
      description,
      state: this.#state,
      render,
      faults: this.#faults,
      apiUrl: this.apiUrl,
    });
    this.#git = new GitHandler(this.#state);
    this.#server.on('request', (request, response) => {
      this.#handle(request, response).catch(error => {
        this.#api.violations.push(`${request.method} ${request.url}: ${error}`);
        response.destroy();
      });
    });
  }

  /** Everything about requests to the API so far, in their order. */
  get requests(): readonly SeenRequest[] {
    return this.#api.seen;
  }

  get gitRequests(): readonly SeenGitRequest[] {
    return this.#git.seen;
  }

  /** What was not as GitHub describes it. */
  get violations(): readonly string[] {
    return this.#api.violations;
  }

  /** Ids that webhooks and tests need. */
  get app(): { id: number; installationId: number; privateKey: string } {
    return this.#state.app;
  }

  /** What goes to `devart.github` of a portal that uses the App of the stand-in. */
  settings() {
    return {
      webhookSecret: this.webhookSecret,
      apiBaseUrl: this.apiUrl,
      app: {
        appId: this.#state.app.id,
        privateKey: this.#state.app.privateKey,
      },
    };
  }

  /** A token of the App for some repositories of the installation. */
  createInstallationToken(options: {
    /** Names without their owner. */
    repositories: string[];
    permissions: Record<string, string>;
  }): string {
    return this.#state.createToken(options).token;
  }

  /** A personal access token. */
  createPersonalToken(): string {
    return this.#state.createToken(undefined).token;
  }

  /** A code with which the manifest flow ends. */
  createManifestCode(): string {
    const code = `code-${this.#state.nextId()}`;
    this.#state.manifestCodes.add(code);
    return code;
  }

  /**
   * Adds a repository, private unless said otherwise. With `cloneFrom` it can
   * be cloned; the folder it comes from is only read, and read anew whenever a
   * pull request is opened or moved.
   */
  async addRepository(options: {
    fullName: string;
    private?: boolean;
    /** Whether the App is installed for it; true unless given. */
    installed?: boolean;
    cloneFrom?: string;
  }): Promise<void> {
    const { fullName, cloneFrom } = options;
    const [owner, name] = fullName.split('/');
    const id = this.#state.nextId();
    const gitDirectory = cloneFrom && path.join(this.#folder, `${id}.git`);
    if (gitDirectory) {
      await runGit(this.#folder, [
        'clone',
        '--quiet',
        '--mirror',
        cloneFrom,
        gitDirectory,
      ]);
    }
    this.#state.repositories.push({
      id,
      owner,
      name,
      private: options.private ?? true,
      installed: options.installed ?? true,
      gitDirectory: gitDirectory || undefined,
      commits: new Set(),
      pullRequests: new Map(),
      checkRuns: [],
      comments: [],
      statuses: [],
    });
  }

  /** Opens a pull request; `refs/pull/<number>/head` is there for Git. */
  async openPullRequest(options: PullRequestToOpen): Promise<void> {
    const repository = this.#repository(options.repository);
    await catchUp(repository);
    const [baseSha, headSha] = await Promise.all(
      [options.base, options.head].map(revision =>
        resolveRevision(repository, revision),
      ),
    );
    repository.commits.add(baseSha);
    repository.pullRequests.set(options.number, {
      number: options.number,
      title: options.title ?? `Pull request ${options.number}`,
      baseRef: 'main',
      baseSha,
      headRef: `change-${options.number}`,
      headSha: '',
      draft: options.draft ?? false,
      state: 'open',
      locked: false,
    });
    await this.#setHead(repository, options.number, headSha);
  }

  /** Moves the head of a pull request. */
  async pushToPullRequest(options: {
    repository: string;
    number: number;
    head: string;
  }): Promise<void> {
    const repository = this.#repository(options.repository);
    await catchUp(repository);
    await this.#setHead(
      repository,
      options.number,
      await resolveRevision(repository, options.head),
    );
  }

  /** Changes what a pull request says of itself. */
  updatePullRequest(
    repository: string,
    number: number,
    changes: Partial<Pick<StandInPullRequest, 'draft' | 'state' | 'locked'>>,
  ): void {
    Object.assign(this.pullRequest(repository, number), changes);
  }

  pullRequest(repository: string, number: number): StandInPullRequest {
    return this.#state.pullRequest(this.#repository(repository), number);
  }

  /** Writes a comment, as a person or as the App. */
  addComment(options: {
    repository: string;
    number: number;
    body: string;
    author: StandInAuthor;
  }): StandInComment {
    const comment: StandInComment = {
      id: this.#state.nextId(),
      number: options.number,
      body: options.body,
      author: options.author,
      createdAt: this.#state.timestamp(),
      updatedAt: this.#state.timestamp(),
    };
    this.#repository(options.repository).comments.push(comment);
    return comment;
  }

  deleteComment(repository: string, id: number): void {
    const { comments } = this.#repository(repository);
    comments.splice(
      comments.findIndex(comment => comment.id === id),
      1,
    );
  }

  checkRuns(repository: string): StandInCheckRun[] {
    return structuredClone(this.#repository(repository).checkRuns);
  }

  comments(repository: string): StandInComment[] {
    return structuredClone(this.#repository(repository).comments);
  }

  statuses(repository: string): StandInStatus[] {
    return structuredClone(this.#repository(repository).statuses);
  }

  /** Lets something go wrong with requests to come. */
  inject(fault: Fault, scope: FaultScope = {}): void {
    this.#faults.add(fault, scope);
  }

  clearFaults(): void {
    this.#faults.clear();
  }

  /** Every token handed out so far is not good any more. */
  expireTokens(): void {
    for (const token of this.#state.tokens.values()) {
      token.expiresAt = 0;
    }
  }

  /** GitHub's own payload of `pull_request`, about a pull request of the stand-in. */
  pullRequestPayload(options: {
    repository: string;
    number: number;
    action: string;
  }): Record<string, unknown> {
    const { repository, number, action } = options;
    const { title, draft, state, baseRef, baseSha, headRef, headSha } =
      this.pullRequest(repository, number);
    const payload = githubWebhookExample('pull_request', action) as {
      pull_request: Record<string, object>;
    };
    const { head, base } = payload.pull_request;
    return this.#about(repository, {
      ...payload,
      number,
      pull_request: {
        ...payload.pull_request,
        html_url: `${this.url}/${repository}/pull/${number}`,
        number,
        title,
        draft,
        state,
        head: { ...head, ref: headRef, sha: headSha },
        base: { ...base, ref: baseRef, sha: baseSha },
      },
    });
  }

  /** GitHub's own payload of `check_run`, about a check run of the stand-in. */
  checkRunPayload(options: {
    repository: string;
    id: number;
    action: 'rerequested' | 'completed' | 'created' | 'requested_action';
  }): Record<string, unknown> {
    const run = this.checkRuns(options.repository).find(
      ({ id }) => id === options.id,
    )!;
    const payload = githubWebhookExample('check_run', options.action) as {
      check_run: { app: object };
    };
    return this.#about(options.repository, {
      ...payload,
      check_run: {
        ...payload.check_run,
        id: run.id,
        name: run.name,
        head_sha: run.headSha,
        external_id: run.externalId,
        app: { ...payload.check_run.app, id: this.app.id },
      },
    });
  }

  /** Sends a webhook, signed with the secret of the stand-in. */
  async deliver(options: {
    url: string;
    event: string;
    payload: unknown;
    deliveryId?: string;
    signature?: string | false;
  }): Promise<{ status: number; body: string }> {
    const response = await deliverGithubWebhook({
      ...options,
      secret: this.webhookSecret,
    });
    return { status: response.status, body: await response.text() };
  }

  /**
   * Ends the server and forgets everything.
   *
   * @throws Error when a request or an answer was not as GitHub describes it.
   */
  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise(resolve => this.#server.close(resolve));
    await rm(this.#folder, { recursive: true, force: true });
    if (this.violations.length > 0) {
      throw new Error(
        `Not as GitHub describes it:\n${this.violations.join('\n')}`,
      );
    }
  }

  /** A payload, said to be about a repository of the stand-in. */
  #about(
    fullName: string,
    payload: Record<string, unknown>,
  ): Record<string, unknown> {
    const { id, owner, name } = this.#repository(fullName);
    const repository = payload.repository as { owner: object };
    return {
      ...payload,
      repository: {
        ...repository,
        id,
        name,
        full_name: fullName,
        html_url: `${this.url}/${fullName}`,
        clone_url: `${this.url}/${fullName}.git`,
        owner: { ...repository.owner, login: owner },
      },
      installation: {
        id: this.app.installationId,
        node_id: 'MDIzOkludGVncmF0aW9uSW5zdGFsbGF0aW9uOTAwMQ==',
      },
    };
  }

  async #setHead(
    repository: StandInRepository,
    number: number,
    headSha: string,
  ): Promise<void> {
    this.#state.pullRequest(repository, number).headSha = headSha;
    repository.commits.add(headSha);
    if (repository.gitDirectory) {
      await runGit(repository.gitDirectory, [
        'update-ref',
        `refs/pull/${number}/head`,
        headSha,
      ]);
    }
  }

  #repository(fullName: string): StandInRepository {
    return this.#state.repository(fullName);
  }

  async #handle(
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const url = new URL(request.url!, this.url);
    if (await this.#git.handle({ request, response, url })) {
      return;
    }
    if (!url.pathname.startsWith(`${API_PATH}/`)) {
      response.writeHead(404).end();
      return;
    }
    const chunks: Buffer[] = [];
    for await (const chunk of request) {
      chunks.push(chunk);
    }
    await this.#api.handle({
      request,
      response,
      path: url.pathname.slice(API_PATH.length),
      query: url.searchParams,
      rawBody: Buffer.concat(chunks),
    });
  }
}

async function resolveRevision(
  repository: StandInRepository,
  revision: string,
): Promise<string> {
  const { gitDirectory } = repository;
  return gitDirectory
    ? await runGit(gitDirectory, [
        'rev-parse',
        '--verify',
        `${revision}^{commit}`,
      ])
    : revision;
}

/** What was committed meanwhile where the repository was cloned from. */
async function catchUp({ gitDirectory }: StandInRepository): Promise<void> {
  if (gitDirectory) {
    await runGit(gitDirectory, ['fetch', '--quiet', 'origin']);
  }
}
