import type { GithubDescription } from '../description/GithubDescription';
import type {
  StandInAnnotation,
  StandInAuthor,
  StandInCheckRun,
  StandInComment,
  StandInRepository,
  StandInStatus,
  StandInToken,
} from './model';
import type { StandInState } from './StandInState';

/** Whose token acts where a person's token is used. */
export const STAND_IN_PERSON = { login: 'octocat', id: 583_231 };

/** How GitHub shows what the stand-in remembers. */
export class Renderer {
  readonly #state: StandInState;
  readonly #description: GithubDescription;
  readonly #webUrl: string;
  readonly #apiUrl: string;

  constructor(options: {
    state: StandInState;
    description: GithubDescription;
    webUrl: string;
    apiUrl: string;
  }) {
    this.#state = options.state;
    this.#description = options.description;
    this.#webUrl = options.webUrl;
    this.#apiUrl = options.apiUrl;
  }

  checkRun(repository: StandInRepository, run: StandInCheckRun) {
    const url = `${this.#repositoryUrl(repository)}/check-runs/${run.id}`;
    return {
      id: run.id,
      node_id: nodeId('CheckRun', run.id),
      head_sha: run.headSha,
      external_id: run.externalId,
      url,
      html_url: `${this.#webUrl}/${repository.owner}/${repository.name}/runs/${run.id}`,
      details_url: run.detailsUrl,
      status: run.status,
      conclusion: run.conclusion,
      started_at: run.startedAt,
      completed_at: run.completedAt,
      output: {
        title: run.title,
        summary: run.summary,
        text: run.text,
        annotations_count: run.annotations.length,
        annotations_url: `${url}/annotations`,
      },
      name: run.name,
      check_suite: { id: 5 },
      app: this.integration(),
      pull_requests: [...repository.pullRequests.values()]
        .filter(pullRequest => pullRequest.headSha === run.headSha)
        .map(pullRequest => {
          const shortRepository = {
            id: repository.id,
            url: this.#repositoryUrl(repository),
            name: repository.name,
          };
          return {
            id: 10_000 + pullRequest.number,
            number: pullRequest.number,
            url: `${this.#repositoryUrl(repository)}/pulls/${pullRequest.number}`,
            head: {
              ref: pullRequest.headRef,
              sha: pullRequest.headSha,
              repo: shortRepository,
            },
            base: {
              ref: pullRequest.baseRef,
              sha: pullRequest.baseSha,
              repo: shortRepository,
            },
          };
        }),
    };
  }

  annotation(
    repository: StandInRepository,
    run: StandInCheckRun,
    annotation: StandInAnnotation,
  ) {
    return {
      path: annotation.path,
      start_line: annotation.start_line,
      end_line: annotation.end_line,
      start_column: annotation.start_column ?? null,
      end_column: annotation.end_column ?? null,
      annotation_level: annotation.annotation_level,
      title: annotation.title ?? null,
      message: annotation.message,
      raw_details: annotation.raw_details ?? null,
      blob_href: `${this.#webUrl}/${repository.owner}/${repository.name}/blob/${run.headSha}/${encodeURI(annotation.path)}`,
    };
  }

  comment(repository: StandInRepository, comment: StandInComment) {
    const issueUrl = `${this.#repositoryUrl(repository)}/issues/${comment.number}`;
    return {
      id: comment.id,
      node_id: nodeId('IssueComment', comment.id),
      url: `${this.#repositoryUrl(repository)}/issues/comments/${comment.id}`,
      html_url: `${this.#webUrl}/${repository.owner}/${repository.name}/pull/${comment.number}#issuecomment-${comment.id}`,
      issue_url: issueUrl,
      body: comment.body,
      user: this.#author(comment.author),
      created_at: comment.createdAt,
      updated_at: comment.updatedAt,
      author_association: comment.author.type === 'app' ? 'NONE' : 'MEMBER',
      performed_via_github_app:
        comment.author.type === 'app' ? this.integration() : null,
    };
  }

  status(repository: StandInRepository, status: StandInStatus) {
    return {
      id: status.id,
      node_id: nodeId('StatusContext', status.id),
      url: `${this.#repositoryUrl(repository)}/statuses/${status.sha}`,
      avatar_url: null,
      state: status.state,
      description: status.description,
      target_url: status.targetUrl,
      context: status.context,
      created_at: status.createdAt,
      updated_at: status.createdAt,
      creator: this.#user(STAND_IN_PERSON),
    };
  }

  token(token: StandInToken) {
    const { installation } = token;
    const selected = installation!.repositories;
    return {
      token: token.token,
      expires_at: new Date(token.expiresAt)
        .toISOString()
        .replace(/\.\d+Z$/, 'Z'),
      permissions: installation!.permissions,
      repository_selection: selected === 'all' ? 'all' : 'selected',
      ...(selected !== 'all' && {
        repositories: this.#state.repositories
          .filter(repository => selected.includes(repository.name))
          .map(repository => this.#repository(repository)),
      }),
    };
  }

  installation(owner: string) {
    const { app } = this.#state;
    return {
      id: app.installationId,
      account: this.#user({ login: owner, id: 1 }, 'Organization'),
      repository_selection: 'all',
      access_tokens_url: `${this.#apiUrl}/app/installations/${app.installationId}/access_tokens`,
      repositories_url: `${this.#apiUrl}/installation/repositories`,
      html_url: `${this.#webUrl}/organizations/${owner}/settings/installations/${app.installationId}`,
      app_id: app.id,
      app_slug: app.slug,
      target_id: 1,
      target_type: 'Organization',
      permissions: app.permissions,
      events: app.events,
      single_file_name: null,
      created_at: '2026-01-05T08:00:00Z',
      updated_at: '2026-01-05T08:00:00Z',
      suspended_by: null,
      suspended_at: null,
    };
  }

  integration() {
    const { app } = this.#state;
    return {
      id: app.id,
      slug: app.slug,
      node_id: nodeId('App', app.id),
      owner: this.#user({ login: 'octo-org', id: 1 }, 'Organization'),
      name: app.name,
      description: '',
      external_url: this.#webUrl,
      html_url: `${this.#webUrl}/apps/${app.slug}`,
      created_at: '2026-01-05T08:00:00Z',
      updated_at: '2026-01-05T08:00:00Z',
      permissions: app.permissions,
      events: app.events,
    };
  }

  /** What the App's maker is told once, at the end of the manifest flow. */
  newIntegration(webhookSecret: string) {
    return {
      ...this.#description.example('integration-from-manifest'),
      ...this.integration(),
      webhook_secret: webhookSecret,
      pem: this.#state.app.privateKey,
    };
  }

  viewer() {
    return {
      ...this.#description.example('private-user'),
      ...this.#user(STAND_IN_PERSON),
      user_view_type: 'private',
    };
  }

  #repository(repository: StandInRepository) {
    const { repositories } = this.#description.example(
      'installation-token',
    ) as {
      repositories: Record<string, unknown>[];
    };
    return {
      ...repositories[0],
      id: repository.id,
      name: repository.name,
      full_name: `${repository.owner}/${repository.name}`,
      private: repository.private,
    };
  }

  #author(author: StandInAuthor) {
    const { app } = this.#state;
    return author.type === 'app'
      ? this.#user({ login: `${app.slug}[bot]`, id: app.botId }, 'Bot')
      : this.#user({
          login: author.login,
          id:
            author.login === STAND_IN_PERSON.login
              ? STAND_IN_PERSON.id
              : 600_000 + author.login.length,
        });
  }

  #user(user: { login: string; id: number }, type = 'User') {
    const url = `${this.#apiUrl}/users/${encodeURIComponent(user.login)}`;
    return {
      login: user.login,
      id: user.id,
      node_id: nodeId('User', user.id),
      avatar_url: `${this.#webUrl}/avatars/${user.id}`,
      gravatar_id: '',
      url,
      html_url: `${this.#webUrl}/${encodeURIComponent(user.login)}`,
      followers_url: `${url}/followers`,
      following_url: `${url}/following{/other_user}`,
      gists_url: `${url}/gists{/gist_id}`,
      starred_url: `${url}/starred{/owner}{/repo}`,
      subscriptions_url: `${url}/subscriptions`,
      organizations_url: `${url}/orgs`,
      repos_url: `${url}/repos`,
      events_url: `${url}/events{/privacy}`,
      received_events_url: `${url}/received_events`,
      type,
      site_admin: false,
    };
  }

  #repositoryUrl(repository: StandInRepository): string {
    return `${this.#apiUrl}/repos/${repository.owner}/${repository.name}`;
  }
}

function nodeId(kind: string, id: number): string {
  return Buffer.from(`${kind}${id}`).toString('base64url');
}
