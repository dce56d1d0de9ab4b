import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect, promisify } from 'node:util';
import { ConfigReader } from '@backstage/config';
import { mockServices } from '@backstage/backend-test-utils';
import type {
  CodeHostAnnotation,
  ReviewPublication,
} from '@devart/plugin-devart-node';
import { StandInGithub } from '@devart/stand-in-github';
import manifest from '../../github-app-manifest.json';
import { GithubClient } from '../api/GithubClient';
import { readGithubSettings } from '../config/readGithubSettings';
import { GithubCodeHost } from './GithubCodeHost';

const REPOSITORY = 'octo-org/shop';
const HEAD = 'a'.repeat(40);
const BASE = 'b'.repeat(40);
const DETAILS_URL = 'https://portal.example.com/devart/tasks/1';

describe('GithubCodeHost', () => {
  let github: StandInGithub;

  beforeEach(async () => {
    github = await StandInGithub.start({ app: manifest });
    await github.addRepository({ fullName: REPOSITORY });
    await github.openPullRequest({
      repository: REPOSITORY,
      number: 7,
      base: BASE,
      head: HEAD,
    });
  });

  afterEach(async () => {
    jest.useRealTimers();
    await github.stop();
  });

  /** Only the clock stands still; what waits goes on waiting. */
  function stopClock(): number {
    jest.useFakeTimers({
      doNotFake: [
        'nextTick',
        'queueMicrotask',
        'setImmediate',
        'clearImmediate',
        'setInterval',
        'clearInterval',
        'setTimeout',
        'clearTimeout',
      ],
    });
    return Date.now();
  }

  function createCodeHost(
    settings: object = github.settings(),
    options: { requestTimeoutMs?: number } = {},
  ): GithubCodeHost {
    const read = readGithubSettings(
      new ConfigReader({ devart: { github: settings } }),
    )!;
    const client = GithubClient.create({
      settings: read,
      logger: mockServices.logger.mock(),
      ...options,
    });
    return new GithubCodeHost({ settings: read, client });
  }

  function tokenSettings() {
    const { app: _, ...settings } = github.settings();
    return { ...settings, token: github.createPersonalToken() };
  }

  function publication(
    overrides: Partial<ReviewPublication> = {},
  ): ReviewPublication {
    return {
      change: {
        repository: REPOSITORY,
        number: 7,
        headSha: HEAD,
        context: { installationId: github.app.installationId },
      },
      reviewId: 'review-1',
      status: 'completed',
      conclusion: 'failure',
      title: '2 errors',
      summary: '### 2 errors\n\nIn `src/index.ts`.',
      annotations: [],
      detailsUrl: DETAILS_URL,
      state: {},
      comment: true,
      ...overrides,
    };
  }

  function annotations(count: number): CodeHostAnnotation[] {
    return Array.from({ length: count }, (_, i) => ({
      path: 'src/index.ts',
      startLine: i + 1,
      endLine: i + 1,
      severity: (['error', 'warning', 'notice'] as const)[i % 3],
      title: `Finding ${i + 1}`,
      message: `What is wrong in line ${i + 1}`,
    }));
  }

  /** What somebody who looks at the pull request sees. */
  function visible() {
    return {
      checkRuns: github.checkRuns(REPOSITORY).map(run => ({
        externalId: run.externalId,
        status: run.status,
        conclusion: run.conclusion,
        title: run.title,
        summary: run.summary,
        annotations: run.annotations,
      })),
      comments: github.comments(REPOSITORY).map(({ body }) => body),
      statuses: github
        .statuses(REPOSITORY)
        .map(({ state, description }) => ({ state, description })),
    };
  }

  function requestsTo(path: string) {
    return github.requests.filter(request => request.path.includes(path));
  }

  describe('publish', () => {
    it('follows a review from the queue to its conclusion in one check run and one comment', async () => {
      const codeHost = createCodeHost();

      let { state } = await codeHost.publish(
        publication({
          status: 'queued',
          title: 'Waits for an agent',
          summary: 'Waits.',
          comment: false,
        }),
      );
      expect(visible()).toEqual({
        checkRuns: [
          expect.objectContaining({
            status: 'queued',
            conclusion: null,
            title: 'Waits for an agent',
          }),
        ],
        comments: [],
        statuses: [],
      });

      ({ state } = await codeHost.publish(
        publication({ status: 'in_progress', state, comment: false }),
      ));
      expect(visible().checkRuns).toEqual([
        expect.objectContaining({ status: 'in_progress', conclusion: null }),
      ]);

      const published = await codeHost.publish(
        publication({ state, annotations: annotations(3) }),
      );
      const [run] = github.checkRuns(REPOSITORY);
      expect(run).toMatchObject({
        name: 'devart review',
        headSha: HEAD,
        externalId: 'review-1',
        detailsUrl: DETAILS_URL,
        status: 'completed',
        conclusion: 'failure',
        title: '2 errors',
        summary: '### 2 errors\n\nIn `src/index.ts`.',
      });
      expect(run.annotations).toEqual([
        {
          path: 'src/index.ts',
          start_line: 1,
          end_line: 1,
          annotation_level: 'failure',
          title: 'Finding 1',
          message: 'What is wrong in line 1',
        },
        expect.objectContaining({ annotation_level: 'warning' }),
        expect.objectContaining({ annotation_level: 'notice' }),
      ]);
      const [comment] = github.comments(REPOSITORY);
      expect(comment).toMatchObject({
        number: 7,
        author: { type: 'app' },
        body: expect.stringMatching(
          /^<!-- devart:review-summary -->\n### 2 errors/,
        ),
      });
      expect(published.checkUrl).toBe(
        `${github.url}/${REPOSITORY}/runs/${run.id}`,
      );
      expect(published.commentUrl).toBe(
        `${github.url}/${REPOSITORY}/pull/7#issuecomment-${comment.id}`,
      );
      expect(github.checkRuns(REPOSITORY)).toHaveLength(1);
      expect(github.comments(REPOSITORY)).toHaveLength(1);
    });

    it.each(['kept', 'lost'])(
      'leaves the same when it is done twice with its state %s',
      async memory => {
        const codeHost = createCodeHost();
        const wanted = publication({ annotations: annotations(120) });
        const { state } = await codeHost.publish(wanted);
        const once = visible();

        await codeHost.publish({
          ...wanted,
          state: memory === 'kept' ? state : {},
        });

        expect(visible()).toEqual(once);
        expect(once.checkRuns).toHaveLength(1);
        expect(once.comments).toHaveLength(1);
      },
    );

    it('keeps the state of another review of the same change out of its check run', async () => {
      const codeHost = createCodeHost();
      const { state } = await codeHost.publish(publication());

      await codeHost.publish(publication({ reviewId: 'review-2', state }));

      expect(visible().checkRuns.map(run => run.externalId)).toEqual([
        'review-1',
        'review-2',
      ]);
      expect(visible().comments).toHaveLength(1);
    });

    it('finds the check run of an earlier review among later ones', async () => {
      const codeHost = createCodeHost();
      await codeHost.publish(publication());
      await codeHost.publish(publication({ reviewId: 'review-2' }));

      await codeHost.publish(publication({ title: 'Said anew' }));

      expect(
        visible().checkRuns.map(run => [run.externalId, run.title]),
      ).toEqual([
        ['review-1', 'Said anew'],
        ['review-2', '2 errors'],
      ]);
    });

    it('starts anew where the state names things that are gone', async () => {
      const codeHost = createCodeHost();

      await codeHost.publish(
        publication({
          state: {
            checkRun: { id: 1, reviewId: 'review-1' },
            comment: { id: 2, url: 'https://github.com/gone' },
          },
        }),
      );

      expect(visible().checkRuns).toHaveLength(1);
      expect(visible().comments).toHaveLength(1);
    });

    it('forgets a state that it cannot read', async () => {
      const codeHost = createCodeHost();

      await codeHost.publish(
        publication({ state: { checkRun: 'x', comment: [] } }),
      );

      expect(visible().checkRuns).toHaveLength(1);
    });

    it('writes the comment again when somebody deleted it', async () => {
      const codeHost = createCodeHost();
      const { state } = await codeHost.publish(publication());
      const [deleted] = github.comments(REPOSITORY);
      github.deleteComment(REPOSITORY, deleted.id);

      const { commentUrl } = await codeHost.publish(publication({ state }));

      const [written] = github.comments(REPOSITORY);
      expect(written.id).not.toBe(deleted.id);
      expect(commentUrl).toContain(String(written.id));
    });

    it('shows more annotations than fit into one request, and completes with the last of them', async () => {
      const codeHost = createCodeHost();
      const wanted = annotations(121);

      await codeHost.publish(publication({ annotations: wanted }));

      expect(visible().checkRuns[0].annotations.map(a => a.title)).toEqual(
        wanted.map(a => a.title),
      );
      const sent = requestsTo('/check-runs')
        .filter(({ method }) => method !== 'GET')
        .map(({ method, body }) => {
          const { status, output } = body as {
            status: string;
            output: { annotations: unknown[] };
          };
          return [method, status, output.annotations.length];
        });
      expect(sent).toEqual([
        ['POST', 'in_progress', 50],
        ['PATCH', 'in_progress', 50],
        ['PATCH', 'completed', 21],
      ]);
    });

    it('goes on where it broke off in the middle of the annotations', async () => {
      const codeHost = createCodeHost();
      const wanted = publication({ annotations: annotations(121) });
      github.inject(
        { kind: 'outage', status: 502 },
        { method: 'PATCH', path: '/check-runs/' },
      );
      await expect(codeHost.publish(wanted)).rejects.toMatchObject({
        name: 'CodeHostUnavailableError',
      });
      expect(visible().checkRuns[0]).toMatchObject({
        status: 'in_progress',
        conclusion: null,
      });

      await codeHost.publish(wanted);

      const [run] = visible().checkRuns;
      expect(run).toMatchObject({
        status: 'completed',
        conclusion: 'failure',
      });
      expect(run.annotations.map(a => a.title)).toEqual(
        wanted.annotations.map(a => a.title),
      );
    });

    it.each(['/check-runs', '/comments'])(
      'makes nothing twice when the answer to POST %s is lost',
      async path => {
        const codeHost = createCodeHost();
        const wanted = publication({ annotations: annotations(60) });
        github.inject({ kind: 'lost-answer' }, { method: 'POST', path });
        await expect(codeHost.publish(wanted)).rejects.toMatchObject({
          name: 'CodeHostUnavailableError',
        });

        await codeHost.publish(wanted);

        expect(visible().checkRuns).toHaveLength(1);
        expect(visible().checkRuns[0].annotations).toHaveLength(60);
        expect(visible().comments).toHaveLength(1);
      },
    );

    it('finds its comment among many, and never takes that of somebody else', async () => {
      const codeHost = createCodeHost();
      const copied = '<!-- devart:review-summary -->\nCopied by a person.';
      github.addComment({
        repository: REPOSITORY,
        number: 7,
        body: copied,
        author: { type: 'user', login: 'mallory' },
      });
      for (let i = 0; i < 230; i++) {
        github.addComment({
          repository: REPOSITORY,
          number: 7,
          body: `Comment ${i}`,
          author: { type: 'user', login: 'ada' },
        });
      }
      await codeHost.publish(publication());

      await codeHost.publish(publication({ summary: 'Said anew.' }));

      const comments = github.comments(REPOSITORY);
      expect(comments).toHaveLength(232);
      expect(comments[0].body).toBe(copied);
      expect(comments[231].body).toContain('Said anew.');
      expect(
        requestsTo('/issues/7/comments').filter(r => r.method === 'GET'),
      ).toHaveLength(6);
    });

    it('shortens what is too long for GitHub and says so', async () => {
      const codeHost = createCodeHost();

      await codeHost.publish(
        publication({
          title: `Title ${'ü'.repeat(400)}`,
          summary: `\`\`\`\n${'€'.repeat(70_000)}\n\`\`\``,
          annotations: [
            {
              ...annotations(1)[0],
              title: '🎈'.repeat(300),
              message: '🎈'.repeat(30_000),
            },
          ],
        }),
      );

      const [run] = github.checkRuns(REPOSITORY);
      expect(run.title).toHaveLength(255);
      expect(run.summary).toContain(`[read all of it](${DETAILS_URL})`);
      expect(run.annotations[0].title).toMatch(/🎈…$/u);
      expect(run.annotations[0].message).toMatch(
        /🎈\n\n\(The rest was too long for GitHub.\)$/u,
      );
      expect(github.comments(REPOSITORY)[0].body).toContain(
        `[read all of it](${DETAILS_URL})`,
      );
      expect(JSON.stringify(github.requests)).not.toContain('\\ud');
    });

    it('corrects annotations that GitHub would refuse', async () => {
      const codeHost = createCodeHost();

      await codeHost.publish(
        publication({
          annotations: [
            {
              ...annotations(1)[0],
              startLine: 9,
              endLine: 3,
              message: '',
            },
          ],
        }),
      );

      expect(visible().checkRuns[0].annotations).toEqual([
        expect.objectContaining({
          start_line: 9,
          end_line: 9,
          message: 'Finding 1',
        }),
      ]);
    });

    it('asks which installation a repository belongs to when no webhook said it', async () => {
      const codeHost = createCodeHost();

      await codeHost.publish(
        publication({ change: { ...publication().change, context: {} } }),
      );

      expect(visible().checkRuns).toHaveLength(1);
    });
  });

  describe('publish with a personal token', () => {
    it('shows a commit status and the comment', async () => {
      const codeHost = createCodeHost(tokenSettings());

      const { state } = await codeHost.publish(
        publication({ status: 'queued', title: 'Waits for an agent' }),
      );
      await codeHost.publish(publication({ state }));
      await codeHost.publish(publication());

      expect(visible()).toMatchObject({
        checkRuns: [],
        statuses: [
          { state: 'pending', description: 'Waits for an agent' },
          { state: 'failure', description: '2 errors' },
        ],
        comments: [expect.stringContaining('2 errors')],
      });
    });

    it('says when the token is not good any more', async () => {
      const codeHost = createCodeHost(tokenSettings());
      github.expireTokens();

      await expect(codeHost.publish(publication())).rejects.toMatchObject({
        name: 'AuthenticationError',
        message: expect.stringContaining('devart.github.token'),
      });
    });
  });

  describe('tokens', () => {
    it('are restricted to the repository and to what publishing needs', async () => {
      await createCodeHost().publish(publication());

      expect(requestsTo('/access_tokens')).toEqual([
        expect.objectContaining({
          body: {
            repositories: ['shop'],
            permissions: { checks: 'write', pull_requests: 'write' },
          },
        }),
      ]);
    });

    it('are kept until shortly before they expire', async () => {
      const start = stopClock();
      const codeHost = createCodeHost();
      await codeHost.publish(publication());
      jest.setSystemTime(start + 50 * 60_000);
      await codeHost.publish(publication());
      expect(requestsTo('/access_tokens')).toHaveLength(1);

      jest.setSystemTime(start + 56 * 60_000);
      await codeHost.publish(publication());

      expect(requestsTo('/access_tokens')).toHaveLength(2);
      expect(github.requests.some(({ status }) => status === 401)).toBe(false);
    });

    it('are renewed once when GitHub says that they expired', async () => {
      const codeHost = createCodeHost();
      await codeHost.publish(publication());
      github.expireTokens();

      await codeHost.publish(publication({ summary: 'Said anew.' }));

      expect(visible().comments[0]).toContain('Said anew.');
      expect(requestsTo('/access_tokens')).toHaveLength(2);
    });

    it('are not renewed again and again', async () => {
      github.inject(
        { kind: 'bad-credentials' },
        { path: '/repos/', times: 100 },
      );

      await expect(
        createCodeHost().publish(publication()),
      ).rejects.toMatchObject({ name: 'AuthenticationError' });

      expect(requestsTo('/access_tokens')).toHaveLength(2);
    });
  });

  describe('when GitHub cannot answer', () => {
    it('waits for the reset of the primary rate limit', async () => {
      const resetAt = new Date('2040-01-01T12:00:00Z');
      github.inject(
        { kind: 'primary-rate-limit', resetAt },
        { path: '/check-runs' },
      );

      const error = await createCodeHost()
        .publish(publication())
        .catch(caught => caught);

      expect(error).toMatchObject({
        name: 'CodeHostUnavailableError',
        message: expect.stringContaining('API rate limit exceeded'),
      });
      expect(error.retryAt.getTime() - resetAt.getTime()).toBe(1000);
    });

    it('asks nothing more for an installation until its limit is over', async () => {
      const start = stopClock();
      const resetAt = new Date(start + 20 * 60_000);
      const codeHost = createCodeHost();
      github.inject(
        { kind: 'primary-rate-limit', resetAt },
        { path: '/check-runs' },
      );
      await expect(codeHost.publish(publication())).rejects.toThrow();
      const asked = github.requests.length;

      jest.setSystemTime(resetAt.getTime() - 60_000);
      const error = await codeHost
        .publish(publication())
        .catch(caught => caught);
      expect(error).toMatchObject({ name: 'CodeHostUnavailableError' });
      expect(error.retryAt.getTime()).toBeGreaterThanOrEqual(resetAt.getTime());
      expect(github.requests).toHaveLength(asked);
      await expect(
        codeHost.checkout(publication().change),
      ).resolves.toMatchObject({ credential: expect.anything() });

      jest.setSystemTime(error.retryAt);
      await codeHost.publish(publication());
      expect(visible().checkRuns).toHaveLength(1);
    });

    it.each([
      [{ kind: 'secondary-rate-limit', retryAfterSeconds: 90 } as const, 90],
      [{ kind: 'secondary-rate-limit' } as const, 60],
      [{ kind: 'too-many-requests', retryAfterSeconds: 17 } as const, 17],
    ])('waits as %j asks', async (fault, seconds) => {
      const now = stopClock();
      github.inject(fault, { path: '/access_tokens' });

      await expect(
        createCodeHost().publish(publication()),
      ).rejects.toMatchObject({
        name: 'CodeHostUnavailableError',
        retryAt: new Date(now + seconds * 1000),
      });
    });

    it.each([
      { kind: 'outage', status: 500 } as const,
      { kind: 'outage', status: 502 } as const,
      { kind: 'outage', status: 503 } as const,
      { kind: 'cut-connection' } as const,
      { kind: 'broken-answer' } as const,
      { kind: 'not-github' } as const,
      { kind: 'slow', delayMs: 5000 } as const,
    ])('tells that %j may pass, wherever it happens', async fault => {
      for (const path of [
        '/access_tokens',
        '/installation',
        '/check-runs',
        '/comments',
      ]) {
        github.clearFaults();
        github.inject(fault, { path });
        const codeHost = createCodeHost(undefined, { requestTimeoutMs: 300 });
        const wanted = publication({
          change: { ...publication().change, context: {} },
        });

        await expect(codeHost.publish(wanted)).rejects.toMatchObject({
          name: 'CodeHostUnavailableError',
          retryAt: undefined,
        });
      }
      github.clearFaults();
      await createCodeHost().publish(publication());
      expect(visible().checkRuns).toHaveLength(1);
      expect(visible().comments).toHaveLength(1);
    });

    it('tells that nobody listens', async () => {
      const gone = await StandInGithub.start();
      const settings = gone.settings();
      await gone.stop();

      await expect(
        createCodeHost(settings).publish(publication()),
      ).rejects.toMatchObject({
        name: 'CodeHostUnavailableError',
        message: expect.stringContaining('could not be reached'),
      });
    });
  });

  describe('when trying again does not help', () => {
    it('tells that the App is not installed', async () => {
      await github.addRepository({
        fullName: 'octo-org/closed',
        installed: false,
      });

      await expect(
        createCodeHost().publish(
          publication({
            change: {
              repository: 'octo-org/closed',
              number: 7,
              headSha: HEAD,
              context: {},
            },
          }),
        ),
      ).rejects.toMatchObject({
        name: 'NotFoundError',
        message: expect.stringContaining('not installed'),
      });
    });

    it('tells what GitHub says about a commit that is gone', async () => {
      const { change } = publication();

      await expect(
        createCodeHost().publish(
          publication({ change: { ...change, headSha: 'c'.repeat(40) } }),
        ),
      ).rejects.toMatchObject({
        name: 'InputError',
        message: expect.stringContaining('No commit found for SHA: ccc'),
      });
    });

    it('tells which permissions are needed', async () => {
      github.updatePullRequest(REPOSITORY, 7, { locked: true });

      await expect(
        createCodeHost().publish(publication()),
      ).rejects.toMatchObject({
        name: 'NotAllowedError',
        message: expect.stringMatching(/pull_requests: write.*issue is locked/),
      });
    });

    it('tells that the key is not that of the App', async () => {
      const settings = github.settings();

      await expect(
        createCodeHost({
          ...settings,
          app: { ...settings.app, appId: 5 },
        }).publish(publication()),
      ).rejects.toMatchObject({
        name: 'AuthenticationError',
        message: expect.stringContaining('devart.github.app'),
      });
    });

    it('tells that a repository is not one of GitHub', async () => {
      await expect(
        createCodeHost().checkout({
          repository: '../../app',
          number: 1,
          headSha: HEAD,
          context: {},
        }),
      ).rejects.toMatchObject({ name: 'InputError' });
    });

    it('keeps tokens and keys out of errors', async () => {
      const codeHost = createCodeHost();
      github.inject({ kind: 'outage', status: 500 }, { path: '/check-runs' });

      const error = await codeHost
        .publish(publication())
        .catch(caught => caught);

      const shown = inspect(error, { depth: 10 });
      expect(shown).not.toMatch(/ghs_|PRIVATE KEY|eyJ/);
    });
  });

  describe('checkout', () => {
    it('hands out a new credential that reads one repository and nothing else', async () => {
      const now = stopClock();
      const codeHost = createCodeHost();
      const { change } = publication();

      const first = await codeHost.checkout(change);
      const second = await codeHost.checkout(change);

      expect(first).toEqual({
        cloneUrl: `${github.url}/${REPOSITORY}.git`,
        fetchRef: 'refs/pull/7/head',
        credential: {
          username: 'x-access-token',
          password: expect.stringMatching(/^ghs_/),
          expiresAt: new Date(Math.floor(now / 1000) * 1000 + 3_600_000),
        },
      });
      expect(second.credential!.password).not.toBe(first.credential!.password);
      expect(requestsTo('/access_tokens').map(({ body }) => body)).toEqual([
        { repositories: ['shop'], permissions: { contents: 'read' } },
        { repositories: ['shop'], permissions: { contents: 'read' } },
      ]);
    });

    it('hands out what Git needs', async () => {
      const folder = await mkdtemp(join(tmpdir(), 'checkout-'));
      const git = async (...args: string[]) =>
        (await promisify(execFile)('git', args, { cwd: folder })).stdout.trim();
      await git('init', '--quiet');
      await git(
        ...['-c', 'user.name=Ada', '-c', 'user.email=ada@example.com'],
        ...['commit', '--quiet', '--allow-empty', '-m', 'first'],
      );
      const head = await git('rev-parse', 'HEAD');
      const repository = 'octo-org/library';
      await github.addRepository({ fullName: repository, cloneFrom: folder });
      await github.openPullRequest({
        repository,
        number: 8,
        base: 'HEAD',
        head: 'HEAD',
      });

      const { cloneUrl, fetchRef, credential } =
        await createCodeHost().checkout({
          repository,
          number: 8,
          headSha: head,
          context: {},
        });

      const basic = Buffer.from(
        `${credential!.username}:${credential!.password}`,
      ).toString('base64');
      await git(
        ...['-c', `http.extraHeader=Authorization: Basic ${basic}`],
        ...['fetch', '--quiet', cloneUrl, fetchRef!],
      );
      await expect(git('rev-parse', 'FETCH_HEAD')).resolves.toBe(head);
      await rm(folder, { recursive: true });
    });

    it('never hands out a personal token', async () => {
      const codeHost = createCodeHost(tokenSettings());

      await expect(codeHost.checkout(publication().change)).resolves.toEqual({
        cloneUrl: `${github.url}/${REPOSITORY}.git`,
        fetchRef: 'refs/pull/7/head',
      });
    });

    it('tells of outages as publishing does', async () => {
      github.inject({ kind: 'outage', status: 503 });

      await expect(
        createCodeHost().checkout(publication().change),
      ).rejects.toMatchObject({ name: 'CodeHostUnavailableError' });
    });
  });
});
