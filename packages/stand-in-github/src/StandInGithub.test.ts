import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import http from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { resolvePackagePath } from '@backstage/backend-plugin-api';
import { GithubDescription } from './description/GithubDescription';
import { runGit } from './git/runGit';
import { StandInGithub } from './StandInGithub';

const REPOSITORY = 'octo-org/shop';

/** The state of violations at the end is part of what some of these tests provoke. */
async function stopWithViolations(github: StandInGithub): Promise<string> {
  return await github.stop().then(
    () => '',
    error => String(error),
  );
}

describe('GithubDescription', () => {
  const description = GithubDescription.load();

  it('finds the operation of a request', () => {
    expect(
      description.find('PATCH', '/repos/octo-org/shop/check-runs/7'),
    ).toEqual({
      method: 'patch',
      template: '/repos/{owner}/{repo}/check-runs/{check_run_id}',
      pathParameters: { owner: 'octo-org', repo: 'shop', check_run_id: '7' },
    });
    expect(description.find('GET', '/nothing/of/the/sort')).toBeUndefined();
  });

  it("accepts GitHub's own examples and refuses what they lack", () => {
    const route = description.find('GET', '/repos/o/r/check-runs/4')!;
    const example = description.example('check-run');
    const answer = {
      status: 200,
      contentType: 'application/json; charset=utf-8',
      body: example,
    };

    expect(description.checkAnswer(route, answer)).toEqual([]);
    const { head_sha: _, ...lacking } = example;
    expect(
      description.checkAnswer(route, { ...answer, body: lacking }),
    ).toEqual([{ field: '', message: expect.stringContaining('head_sha') }]);
    expect(
      description.checkAnswer(route, {
        ...answer,
        body: { ...example, conclusion: 'great' },
      }),
    ).toContainEqual({ field: 'conclusion', message: expect.any(String) });
    expect(
      description.checkAnswer(route, { ...answer, contentType: 'text/html' }),
    ).toHaveLength(1);
    expect(
      description.checkAnswer(route, { ...answer, status: 202 }),
    ).toHaveLength(1);
  });
});

describe('StandInGithub', () => {
  let github: StandInGithub;
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'stand-in-github-test-'));
    github = await StandInGithub.start();
  });

  afterEach(async () => {
    await github.stop().catch(() => {});
    await rm(folder, { recursive: true });
  });

  async function createSource(): Promise<{ source: string; head: string }> {
    const source = path.join(folder, 'source');
    await runGit(folder, ['init', '--quiet', '-b', 'main', source]);
    for (const [i, name] of ['first', 'second'].entries()) {
      await writeFile(path.join(source, `${name}.txt`), `${i}`);
      await runGit(source, ['add', '.']);
      await runGit(source, [
        ...['-c', 'user.name=Ada', '-c', 'user.email=ada@example.com'],
        ...['commit', '--quiet', '-m', name],
      ]);
    }
    return { source, head: await runGit(source, ['rev-parse', 'HEAD']) };
  }

  async function openPullRequest(): Promise<string> {
    const { source, head } = await createSource();
    await github.addRepository({ fullName: REPOSITORY, cloneFrom: source });
    await github.openPullRequest({
      repository: REPOSITORY,
      number: 7,
      base: 'HEAD~1',
      head: 'HEAD',
    });
    return head;
  }

  /** Fetches with a token, or without one; gives what was fetched. */
  async function fetchFrom(
    cloneUrl: string,
    ref: string,
    token?: string,
  ): Promise<string> {
    const clone = await mkdtemp(path.join(folder, 'clone-'));
    const basic = Buffer.from(`x-access-token:${token}`).toString('base64');
    await runGit(clone, ['init', '--quiet', '--bare']);
    await runGit(clone, [
      ...(token
        ? ['-c', `http.extraHeader=Authorization: Basic ${basic}`]
        : []),
      ...['fetch', '--quiet', cloneUrl, ref],
    ]);
    return await runGit(clone, ['rev-parse', 'FETCH_HEAD']);
  }

  describe('serves to Git', () => {
    const head = 'refs/pull/7/head';
    const reading = {
      repositories: ['shop'],
      permissions: { contents: 'read' },
    };
    let cloneUrl: string;

    beforeEach(() => {
      cloneUrl = `${github.url}/${REPOSITORY}.git`;
    });

    it('a pull request, by its ref or by its commit, to whoever may read it', async () => {
      const headSha = await openPullRequest();
      const token = github.createInstallationToken(reading);

      await expect(fetchFrom(cloneUrl, head, token)).resolves.toBe(headSha);
      await expect(fetchFrom(cloneUrl, headSha, token)).resolves.toBe(headSha);
    });

    it('what was committed meanwhile and pushed', async () => {
      await openPullRequest();
      const source = path.join(folder, 'source');
      await writeFile(path.join(source, 'third.txt'), '');
      await runGit(source, ['add', '.']);
      await runGit(source, [
        ...['-c', 'user.name=Ada', '-c', 'user.email=ada@example.com'],
        ...['commit', '--quiet', '-m', 'third'],
      ]);
      await github.pushToPullRequest({
        repository: REPOSITORY,
        number: 7,
        head: 'HEAD',
      });

      await expect(
        fetchFrom(cloneUrl, head, github.createInstallationToken(reading)),
      ).resolves.toBe(await runGit(source, ['rev-parse', 'HEAD']));
    });

    it('nothing private to anybody else', async () => {
      await openPullRequest();
      const token = github.createInstallationToken(reading);
      github.expireTokens();

      await expect(fetchFrom(cloneUrl, head)).rejects.toThrow();
      await expect(fetchFrom(cloneUrl, head, token)).rejects.toThrow();

      expect(new Set(github.gitRequests.map(({ status }) => status))).toEqual(
        new Set([401]),
      );
    });

    it.each([
      { ...reading, repositories: ['other'] },
      { ...reading, permissions: { checks: 'write' } },
    ])('nothing to a token for %j', async scope => {
      await openPullRequest();
      const token = github.createInstallationToken(scope);

      await expect(fetchFrom(cloneUrl, head, token)).rejects.toThrow();

      expect(github.gitRequests.at(-1)).toMatchObject({ status: 404 });
    });

    it('nobody who pushes', async () => {
      await openPullRequest();
      const token = github.createInstallationToken(reading);

      const answer = await fetch(
        `${cloneUrl}/info/refs?service=git-receive-pack`,
        {
          headers: {
            authorization: `Basic ${Buffer.from(`x-access-token:${token}`).toString('base64')}`,
          },
        },
      );

      expect(answer.status).toBe(403);
    });
  });

  describe('refuses', () => {
    const SHA = 'a'.repeat(40);

    beforeEach(async () => {
      await github.addRepository({ fullName: REPOSITORY });
      await github.openPullRequest({
        repository: REPOSITORY,
        number: 7,
        base: 'b'.repeat(40),
        head: SHA,
      });
    });

    async function post(
      requestPath: string,
      body: unknown,
      headers: Record<string, string> = {},
    ) {
      const response = await fetch(`${github.apiUrl}${requestPath}`, {
        method: 'POST',
        headers: {
          authorization: `token ${github.createPersonalToken()}`,
          'content-type': 'application/json',
          ...headers,
        },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      });
      return { status: response.status, body: await response.json() };
    }

    const comments = `/repos/${REPOSITORY}/issues/7/comments`;

    it('what GitHub does not describe, and remembers it', async () => {
      await expect(post(comments, { body: 7 })).resolves.toEqual({
        status: 422,
        body: expect.objectContaining({
          message: expect.stringContaining('body: must be string'),
        }),
      });
      await post(comments, { body: 'x', bodyText: 'y' });
      await post('/repos/octo-org/shop/reviews-of-mine', {});

      const violations = await stopWithViolations(github);
      expect(violations).toContain('body: must be string');
      expect(violations).toContain('unknown bodyText');
      expect(violations).toContain('GitHub has no such operation');
    });

    it('callers as GitHub does', async () => {
      await expect(
        post(comments, { body: 'x' }, { authorization: 'token ghp_wrong' }),
      ).resolves.toMatchObject({
        status: 401,
        body: { message: 'Bad credentials' },
      });
      await expect(
        post(comments, { body: 'x' }, { authorization: '' }),
      ).resolves.toMatchObject({ status: 401 });
      await expect(
        post(comments, { body: 'x' }, { accept: 'text/html' }),
      ).resolves.toMatchObject({ status: 415 });
      await expect(
        post(comments, { body: 'x' }, { 'x-github-api-version': '1999-01-01' }),
      ).resolves.toMatchObject({ status: 400 });
      await expect(post(comments, '{')).resolves.toMatchObject({
        status: 400,
        body: { message: 'Problems parsing JSON' },
      });
      await expect(
        post(`/repos/${REPOSITORY}/check-runs`, { name: 'x', head_sha: SHA }),
      ).resolves.toMatchObject({
        status: 403,
        body: { message: 'You must authenticate via a GitHub App.' },
      });
      await expect(
        post('/app/installations/9001/access_tokens', {}),
      ).resolves.toMatchObject({ status: 401 });
    });

    it('what is too long', async () => {
      await expect(
        post(comments, { body: 'x'.repeat(65_537) }),
      ).resolves.toMatchObject({
        status: 422,
        body: { message: 'Validation Failed' },
      });
    });
  });

  it("sends GitHub's own payloads about its own pull requests", async () => {
    await github.addRepository({ fullName: REPOSITORY });
    await github.openPullRequest({
      repository: REPOSITORY,
      number: 7,
      base: 'b'.repeat(40),
      head: 'a'.repeat(40),
    });
    const received: { headers: http.IncomingHttpHeaders; body: string }[] = [];
    const portal = http.createServer(async (request, response) => {
      let body = '';
      for await (const chunk of request) {
        body += chunk;
      }
      received.push({ headers: request.headers, body });
      response.writeHead(202).end('{}');
    });
    await new Promise<void>(resolve => {
      portal.listen(0, '127.0.0.1', resolve);
    });
    const { port } = portal.address() as { port: number };

    await github.pushToPullRequest({
      repository: REPOSITORY,
      number: 7,
      head: 'c'.repeat(40),
    });
    const answer = await github.deliver({
      url: `http://127.0.0.1:${port}/`,
      event: 'pull_request',
      payload: github.pullRequestPayload({
        repository: REPOSITORY,
        number: 7,
        action: 'synchronize',
      }),
      deliveryId: 'delivery-1',
    });
    portal.closeAllConnections();
    portal.close();

    expect(answer).toEqual({ status: 202, body: '{}' });
    expect(received[0].headers).toMatchObject({
      'x-github-event': 'pull_request',
      'x-github-delivery': 'delivery-1',
      'x-hub-signature-256': expect.stringMatching(/^sha256=[0-9a-f]{64}$/),
    });
    expect(JSON.parse(received[0].body)).toMatchObject({
      action: 'synchronize',
      number: 7,
      pull_request: { head: { sha: 'c'.repeat(40) } },
      repository: { full_name: REPOSITORY },
      installation: { id: github.app.installationId },
    });
  });

  it('runs as a process with a remote control', async () => {
    const { source, head } = await createSource();
    const configFile = path.join(folder, 'app-config.github.yaml');
    const child = spawn(
      process.execPath,
      [
        ...[
          '--require',
          require.resolve('@backstage/cli/config/nodeTransform.cjs'),
        ],
        resolvePackagePath('@devart/stand-in-github', 'src/main.ts'),
        ...['--config', configFile],
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const ended = once(child, 'close');
    try {
      const [line] = await once(child.stdout, 'data');
      const { url, apiUrl, controlUrl } = JSON.parse(String(line));
      const call = async (method: string, ...args: unknown[]) => {
        const response = await fetch(`${controlUrl}/${method}`, {
          method: 'POST',
          body: JSON.stringify(args),
        });
        return { status: response.status, body: await response.json() };
      };
      await call('addRepository', {
        fullName: REPOSITORY,
        cloneFrom: source,
        private: false,
      });
      await call('openPullRequest', {
        repository: REPOSITORY,
        number: 7,
        base: 'HEAD~1',
        head: 'HEAD',
      });

      await expect(call('pullRequest', REPOSITORY, 7)).resolves.toEqual({
        status: 200,
        body: expect.objectContaining({ headSha: head }),
      });
      await expect(call('stop')).resolves.toMatchObject({ status: 400 });
      await expect(
        fetchFrom(`${url}/${REPOSITORY}.git`, 'refs/pull/7/head'),
      ).resolves.toBe(head);
      expect(JSON.parse(await readFile(configFile, 'utf8'))).toEqual({
        devart: {
          github: {
            webhookSecret: expect.any(String),
            apiBaseUrl: apiUrl,
            app: {
              appId: expect.any(Number),
              privateKey: expect.stringMatching(/^-----BEGIN RSA PRIVATE KEY/),
            },
          },
        },
      });
    } finally {
      child.kill('SIGTERM');
    }
    await expect(ended).resolves.toEqual([0, null]);
  });
});
