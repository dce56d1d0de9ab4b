import { execFile, execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { DevartClient } from '@devart/plugin-devart-common';
import githubModule from '@devart/plugin-devart-backend-module-github';
import { StandInGithub } from '@devart/stand-in-github';
import { eventually } from '../__testUtils__/eventually';
import { TestControlPlane } from '../__testUtils__/TestControlPlane';

const REPOSITORY = 'octo-org/shop';
const NUMBER = 7;

jest.setTimeout(60_000);

describe('a pull request at GitHub', () => {
  let github: StandInGithub;
  let plane: TestControlPlane;
  let folder: string;
  let clones: string;
  let reviewer: { id: string; client: DevartClient };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'devart-github-'));
    clones = await mkdtemp(join(tmpdir(), 'devart-clones-'));
    git('init', '--quiet', '--initial-branch', 'main');
    await commit('first', 'const a = 1;\n');
    await commit('second', 'const a = 1;\nconst b = c;\n');

    github = await StandInGithub.start();
    await github.addRepository({ fullName: REPOSITORY, cloneFrom: folder });
    await github.openPullRequest({
      repository: REPOSITORY,
      number: NUMBER,
      base: 'HEAD~1',
      head: 'HEAD',
    });
    plane = await TestControlPlane.start({
      config: { github: github.settings() },
      features: [githubModule],
    });
    reviewer = await plane.agent({ capabilities: ['code-review'] });
  });

  afterAll(async () => {
    await plane.stop();
    await github.stop();
    await rm(folder, { recursive: true });
    await rm(clones, { recursive: true });
  });

  function git(...args: string[]): string {
    return execFileSync('git', args, { cwd: folder, encoding: 'utf8' }).trim();
  }

  async function commit(message: string, content: string): Promise<void> {
    await writeFile(join(folder, 'index.ts'), content);
    git('add', '.');
    git(
      ...['-c', 'user.name=Ada', '-c', 'user.email=ada@example.com'],
      ...['commit', '--quiet', '--message', message],
    );
  }

  async function deliver(
    event: string,
    payload: unknown,
    options: { deliveryId?: string; signature?: string | false } = {},
  ) {
    const { status, body } = await github.deliver({
      url: `${plane.baseUrl}/webhooks/github`,
      event,
      payload,
      ...options,
    });
    return { status, body: JSON.parse(body) };
  }

  function pullRequest(action: string) {
    return github.pullRequestPayload({
      repository: REPOSITORY,
      number: NUMBER,
      action,
    });
  }

  /** Claims the one review there is, fetches its head as an agent would, and finds something. */
  async function review(findings: object[]) {
    const claimed = await reviewer.client.agents.claim({ id: reviewer.id });
    const [task] = claimed!.tasks;
    const fence = { id: task.id, attempt: task.attempt };
    const { cloneUrl, credential, fetchRef, base, head } =
      await reviewer.client.reviews.checkout(fence);
    const basic = Buffer.from(
      `${credential!.username}:${credential!.password}`,
    ).toString('base64');
    const clone = await mkdtemp(join(clones, 'clone-'));
    const inClone = (...args: string[]) =>
      execFileSync('git', args, { cwd: clone, encoding: 'utf8' }).trim();
    inClone('init', '--quiet');
    // Not synchronously: the server of the repository is in this very process.
    await promisify(execFile)(
      'git',
      [
        ...['-c', `http.extraHeader=Authorization: Basic ${basic}`],
        ...['fetch', '--quiet', cloneUrl, fetchRef!],
      ],
      { cwd: clone },
    );
    expect(inClone('rev-parse', 'FETCH_HEAD')).toBe(head);
    await reviewer.client.tasks.complete({
      ...fence,
      output: {
        baseSha: base,
        headSha: head,
        filesChanged: 1,
        linesAdded: 1,
        linesDeleted: 0,
        findings,
        analyzers: [
          { name: 'eslint', status: 'ran', filesChecked: 1, durationMs: 1 },
        ],
      },
    });
    return task;
  }

  const finding = {
    path: 'index.ts',
    line: 2,
    severity: 'error',
    tool: 'eslint',
    rule: 'no-undef',
    title: 'Not defined',
    message: "'c' is not defined.",
    context: 'const b = c;',
  };

  it('is refused without the right signature', async () => {
    await expect(
      deliver('pull_request', pullRequest('opened'), { signature: false }),
    ).resolves.toMatchObject({ status: 401 });
    expect(github.requests).toEqual([]);
  });

  it('is reviewed, and the result is shown there', async () => {
    await expect(
      deliver('pull_request', pullRequest('opened'), { deliveryId: 'd-1' }),
    ).resolves.toMatchObject({
      status: 202,
      body: { outcome: 'accepted' },
    });
    await expect(
      deliver('pull_request', pullRequest('opened'), { deliveryId: 'd-1' }),
    ).resolves.toMatchObject({ status: 200, body: { outcome: 'duplicate' } });
    await eventually(async () => {
      expect(github.checkRuns(REPOSITORY)).toEqual([
        expect.objectContaining({ status: 'queued' }),
      ]);
    });

    await review([finding]);

    await eventually(async () => {
      expect(github.comments(REPOSITORY)).toHaveLength(1);
    });
    expect(github.checkRuns(REPOSITORY)).toEqual([
      expect.objectContaining({
        status: 'completed',
        conclusion: 'failure',
        annotations: [
          expect.objectContaining({
            path: 'index.ts',
            start_line: 2,
            annotation_level: 'failure',
          }),
        ],
      }),
    ]);
  });

  it('is reviewed again after a push, through limits, outages and expired tokens', async () => {
    await commit('third', 'const a = 1;\nconst b = c;\nconst d = e;\n');
    await github.pushToPullRequest({
      repository: REPOSITORY,
      number: NUMBER,
      head: 'HEAD',
    });
    github.expireTokens();
    github.inject({ kind: 'outage', status: 502 }, { path: '/check-runs' });
    github.inject(
      { kind: 'secondary-rate-limit', retryAfterSeconds: 1 },
      { path: '/issues/comments/', method: 'PATCH' },
    );
    github.inject(
      { kind: 'lost-answer' },
      { path: '/check-runs', method: 'POST' },
    );
    await deliver('pull_request', pullRequest('synchronize'));

    await review([finding, { ...finding, line: 3, context: 'const d = e;' }]);

    await eventually(async () => {
      expect(github.checkRuns(REPOSITORY).map(run => run.status)).toEqual([
        'completed',
        'completed',
      ]);
    }, 30_000);
    const [, second] = github.checkRuns(REPOSITORY);
    // What was said of the first head is not said again.
    expect(second.annotations).toEqual([
      expect.objectContaining({ start_line: 3 }),
    ]);
    await eventually(async () => {
      expect(github.comments(REPOSITORY)).toEqual([
        expect.objectContaining({ body: expect.stringContaining('2 errors') }),
      ]);
    }, 30_000);

    await expect(
      deliver(
        'check_run',
        github.checkRunPayload({
          repository: REPOSITORY,
          id: second.id,
          action: 'rerequested',
        }),
      ),
    ).resolves.toMatchObject({ body: { outcome: 'accepted' } });
    await review([]);
    await eventually(async () => {
      expect(github.checkRuns(REPOSITORY).at(-1)).toMatchObject({
        status: 'completed',
        conclusion: 'success',
      });
    });
    expect(github.checkRuns(REPOSITORY)).toHaveLength(3);
    expect(github.comments(REPOSITORY)).toHaveLength(1);
  });
});
