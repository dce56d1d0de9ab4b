import { InputError } from '@backstage/errors';
import type {
  CodeHost,
  CodeHostChange,
  CodeHostCheckout,
  PublishedReview,
  ReviewPublication,
} from '@devart/plugin-devart-node';
import { z } from 'zod';
import type { GithubClient } from '../api/GithubClient';
import type { GithubRepository } from '../api/GithubRepository';
import type { GithubSettings } from '../config/GithubSettings';
import { GITHUB_HOST_ID } from '../githubHostId';
import { publishCheckRun } from './publishCheckRun';
import { publishCommitStatus } from './publishCommitStatus';
import { publishSummaryComment } from './publishSummaryComment';
import {
  readPublishingMemory,
  type PublishingMemory,
} from './publishingMemory';

const contextSchema = z.object({
  installationId: z.int().positive().optional().catch(undefined),
});

/**
 * GitHub as the place where code is cloned from and reviews are shown.
 */
export class GithubCodeHost implements CodeHost {
  readonly id = GITHUB_HOST_ID;
  readonly #settings: GithubSettings;
  readonly #client: GithubClient;

  constructor(options: { settings: GithubSettings; client: GithubClient }) {
    this.#settings = options.settings;
    this.#client = options.client;
  }

  async checkout(change: CodeHostChange): Promise<CodeHostCheckout> {
    const repository = repositoryOf(change);
    const credential = await this.#client.createCheckoutToken(repository);
    return {
      cloneUrl: `${this.#settings.webBaseUrl}/${repository.owner}/${repository.name}.git`,
      fetchRef: `refs/pull/${change.number}/head`,
      ...(credential && {
        credential: {
          username: 'x-access-token',
          password: credential.token,
          expiresAt: credential.expiresAt,
        },
      }),
    };
  }

  async publish(publication: ReviewPublication): Promise<PublishedReview> {
    const repository = repositoryOf(publication.change);
    const memory = readPublishingMemory(publication.state);
    const octokit = await this.#client.forRepository(repository);
    const { appId } = this.#client;
    const target = { octokit, repository, publication };

    let { checkRun, comment } = memory;
    if (appId === undefined) {
      await publishCommitStatus(target);
    } else {
      checkRun = await publishCheckRun({
        ...target,
        appId,
        remembered: checkRun,
      });
    }
    if (publication.comment) {
      comment = await publishSummaryComment({
        ...target,
        appId,
        remembered: comment,
      });
    }
    return {
      state: { checkRun, comment } satisfies PublishingMemory,
      checkUrl: checkRun?.url,
      commentUrl: comment?.url,
    };
  }
}

function repositoryOf(change: CodeHostChange): GithubRepository {
  const match = /^([\w.-]+)\/([\w.-]+)$/.exec(change.repository);
  if (!match) {
    throw new InputError(
      `"${change.repository}" is no repository of GitHub: it must be <owner>/<name>`,
    );
  }
  const { installationId } = contextSchema.parse(change.context);
  return { owner: match[1], name: match[2], installationId };
}
