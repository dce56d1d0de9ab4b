import type { IncomingHttpHeaders } from 'node:http';
import { InputError } from '@backstage/errors';
import type {
  InboundWebhook,
  IntakeResult,
  PullRequestChange,
  WebhookContext,
  WebhookDelivery,
  WebhookOutcome,
  WebhookRequest,
} from '@devart/plugin-devart-node';
import type { GithubSettings } from '../config/GithubSettings';
import { GITHUB_HOST_ID } from '../githubHostId';
import {
  actionPayloadSchema,
  checkRunPayloadSchema,
  checkSuitePayloadSchema,
  parsePayload,
  pullRequestPayloadSchema,
  type PullRequestPayload,
} from './payloads';
import { verifySignature } from './verifySignature';

const MAX_HEADER_LENGTH = 200;

/**
 * `POST /api/devart/webhooks/github`.
 *
 * | event | action | what happens |
 * |---|---|---|
 * | pull_request | opened, reopened, synchronize, ready_for_review | a review is requested, unless it is a draft |
 * | pull_request | closed, converted_to_draft | reviews are cancelled |
 * | check_run | rerequested, requested_action | the review of that head is done again |
 * | check_suite | rerequested | the same |
 * | anything else | | ignored |
 */
export class GithubWebhook implements InboundWebhook {
  readonly source = GITHUB_HOST_ID;
  readonly #settings: GithubSettings;

  constructor(settings: GithubSettings) {
    this.#settings = settings;
  }

  verify(request: WebhookRequest): boolean {
    return verifySignature({
      secret: this.#settings.webhookSecret,
      header: request.headers['x-hub-signature-256'],
      rawBody: request.rawBody,
    });
  }

  parse(request: WebhookRequest): WebhookDelivery {
    const contentType = request.headers['content-type'] ?? '';
    if (!/^application\/json\s*(;|$)/i.test(contentType)) {
      throw new InputError(
        'Content-Type must be application/json: choose it as the content type of the webhook at GitHub',
      );
    }
    return {
      id: requiredHeader(request.headers, 'x-github-delivery'),
      event: requiredHeader(request.headers, 'x-github-event'),
      payload: parseJson(request.rawBody),
    };
  }

  async handle(
    delivery: WebhookDelivery,
    context: WebhookContext,
  ): Promise<WebhookOutcome> {
    switch (delivery.event) {
      case 'pull_request':
        return await this.#pullRequest(delivery.payload, context);
      case 'check_run':
        return await this.#checkRun(delivery.payload, context);
      case 'check_suite':
        return await this.#checkSuite(delivery.payload, context);
      case 'ping':
        return ignored('GitHub asked whether somebody listens');
      default:
        return ignored(`nothing is done about the event ${delivery.event}`);
    }
  }

  async #pullRequest(
    payload: unknown,
    { reviews }: WebhookContext,
  ): Promise<WebhookOutcome> {
    const { action } = parsePayload(
      actionPayloadSchema,
      'pull_request',
      payload,
    );
    switch (action) {
      case 'opened':
      case 'reopened':
      case 'synchronize':
      case 'ready_for_review': {
        const opened = parsePayload(
          pullRequestPayloadSchema,
          'pull_request',
          payload,
        );
        return opened.pull_request.draft
          ? ignored('a draft is reviewed when it is ready for review')
          : outcomeOf(await reviews.requestReview(this.#changeOf(opened)));
      }
      case 'closed':
      case 'converted_to_draft': {
        const closed = parsePayload(
          pullRequestPayloadSchema,
          'pull_request',
          payload,
        );
        return outcomeOf(
          await reviews.cancelReviews({
            host: GITHUB_HOST_ID,
            repository: closed.repository.full_name,
            number: closed.number,
          }),
        );
      }
      default:
        return ignored(`pull_request ${action} changes no code`);
    }
  }

  async #checkRun(
    payload: unknown,
    { reviews }: WebhookContext,
  ): Promise<WebhookOutcome> {
    const { action } = parsePayload(actionPayloadSchema, 'check_run', payload);
    if (action !== 'rerequested' && action !== 'requested_action') {
      return ignored(`check_run ${action} asks for nothing`);
    }
    const { check_run: checkRun, repository } = parsePayload(
      checkRunPayloadSchema,
      'check_run',
      payload,
    );
    return this.#isOurs(checkRun.app)
      ? outcomeOf(
          await reviews.rerunReview({
            host: GITHUB_HOST_ID,
            repository: repository.full_name,
            headSha: checkRun.head_sha,
          }),
        )
      : ignored('the check belongs to another App');
  }

  async #checkSuite(
    payload: unknown,
    { reviews }: WebhookContext,
  ): Promise<WebhookOutcome> {
    const { action } = parsePayload(
      actionPayloadSchema,
      'check_suite',
      payload,
    );
    if (action !== 'rerequested') {
      return ignored(`check_suite ${action} asks for nothing`);
    }
    const { check_suite: checkSuite, repository } = parsePayload(
      checkSuitePayloadSchema,
      'check_suite',
      payload,
    );
    return this.#isOurs(checkSuite.app)
      ? outcomeOf(
          await reviews.rerunReview({
            host: GITHUB_HOST_ID,
            repository: repository.full_name,
            headSha: checkSuite.head_sha,
          }),
        )
      : ignored('the checks belong to another App');
  }

  #isOurs(app: { id: number } | null | undefined): boolean {
    const { credentials } = this.#settings;
    return credentials.type !== 'app' || app?.id === credentials.appId;
  }

  #changeOf(payload: PullRequestPayload): PullRequestChange {
    const { pull_request: pullRequest, repository, installation } = payload;
    const { additions, deletions } = pullRequest;
    return {
      host: GITHUB_HOST_ID,
      repository: repository.full_name,
      number: payload.number,
      headSha: pullRequest.head.sha,
      headRef: pullRequest.head.ref,
      baseSha: pullRequest.base.sha,
      baseRef: pullRequest.base.ref,
      title: pullRequest.title,
      url: pullRequest.html_url,
      repositoryUrl: `${this.#settings.webBaseUrl}/${repository.full_name}.git`,
      labels: pullRequest.labels.map(label => label.name),
      ...(additions !== undefined &&
        deletions !== undefined && { changedLines: additions + deletions }),
      context: installation ? { installationId: installation.id } : {},
    };
  }
}

function ignored(detail: string): WebhookOutcome {
  return { outcome: 'ignored', detail };
}

function outcomeOf(result: IntakeResult): WebhookOutcome {
  return {
    outcome: result.outcome === 'ignored' ? 'ignored' : 'accepted',
    detail:
      result.detail ??
      (result.outcome === 'known'
        ? 'there is a review of this head already'
        : undefined),
  };
}

function requiredHeader(headers: IncomingHttpHeaders, name: string): string {
  const value = headers[name];
  if (
    typeof value !== 'string' ||
    !/^[\x21-\x7e]+$/.test(value) ||
    value.length > MAX_HEADER_LENGTH
  ) {
    throw new InputError(
      `The header ${name} must be given once, with at most ${MAX_HEADER_LENGTH} visible characters`,
    );
  }
  return value;
}

function parseJson(rawBody: Buffer): unknown {
  try {
    return JSON.parse(rawBody.toString('utf8'));
  } catch {
    throw new InputError('The body must be JSON');
  }
}
