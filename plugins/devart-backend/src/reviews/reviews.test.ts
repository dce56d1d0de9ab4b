import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHmac, timingSafeEqual } from 'node:crypto';
import { createBackendModule } from '@backstage/backend-plugin-api';
import { NotAllowedError } from '@backstage/errors';
import type { DevartClient } from '@devart/plugin-devart-common';
import {
  CodeHostUnavailableError,
  devartCodeHostsExtensionPoint,
  devartWebhooksExtensionPoint,
  type PullRequestChange,
  type ReviewPublication,
} from '@devart/plugin-devart-node';
import request from 'supertest';
import { eventually } from '../__testUtils__/eventually';
import { TestControlPlane } from '../__testUtils__/TestControlPlane';

const SECRET = 'a secret';
const SHA = 'a'.repeat(40);

/** A code host that remembers what it was told to show; answers as the test says. */
class RecordingCodeHost {
  readonly id = 'forge';
  readonly shown: ReviewPublication[] = [];
  failures: Error[] = [];

  async checkout() {
    return {
      cloneUrl: 'https://forge.example.com/shop.git',
      fetchRef: 'refs/pull/7/head',
      credential: {
        username: 'x-access-token',
        password: 'short-lived',
        expiresAt: new Date('2030-01-01T00:00:00Z'),
      },
    };
  }

  async publish(publication: ReviewPublication) {
    const failure = this.failures.shift();
    if (failure) {
      throw failure;
    }
    this.shown.push(publication);
    return {
      state: { check: publication.reviewId },
      checkUrl: 'https://forge.example.com/checks/1',
    };
  }
}

function signatureOf(body: string): string {
  return createHmac('sha256', SECRET).update(body).digest('hex');
}

function changeOf(overrides: Partial<PullRequestChange>): PullRequestChange {
  return {
    host: 'forge',
    repository: 'octo/shop',
    repositoryUrl: 'https://forge.example.com/octo/shop.git',
    number: 7,
    title: 'Sell more',
    url: 'https://forge.example.com/octo/shop/pull/7',
    headSha: SHA,
    headRef: 'sell-more',
    baseSha: 'b'.repeat(40),
    baseRef: 'main',
    labels: [],
    context: {},
    ...overrides,
  };
}

const FINDING = {
  path: 'src/shop.ts',
  line: 3,
  severity: 'error' as const,
  tool: 'eslint',
  rule: 'no-undef',
  title: 'Not defined',
  message: "'x' is not defined.",
  context: 'return x;',
};

function outputOf(findings: object[], headSha = SHA) {
  return {
    baseSha: 'b'.repeat(40),
    headSha,
    filesChanged: 1,
    linesAdded: 3,
    linesDeleted: 0,
    findings,
    analyzers: [
      { name: 'eslint', status: 'ran', filesChecked: 1, durationMs: 12 },
    ],
  };
}

jest.setTimeout(60_000);

describe('reviews', () => {
  let plane: TestControlPlane;
  let folder: string;
  const codeHost = new RecordingCodeHost();
  let reviewer: { id: string; client: DevartClient };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'devart-reviews-'));
    await mkdir(join(folder, 'allowed', 'shop'), { recursive: true });
    execFileSync('git', ['init', '-q', join(folder, 'allowed', 'shop')]);
    execFileSync('git', ['init', '-q', join(folder, 'forbidden')]);
    await mkdir(join(folder, 'allowed', 'empty'));
    await symlink(
      join(folder, 'forbidden'),
      join(folder, 'allowed', 'way-out'),
    );
    plane = await TestControlPlane.start({
      config: {
        reviews: {
          localFolders: [join(folder, 'allowed')],
          maxAnnotations: 2,
          priorityByLabel: { hotfix: 'critical', docs: 'low' },
        },
      },
      features: [
        createBackendModule({
          pluginId: 'devart',
          moduleId: 'forge',
          register(env) {
            env.registerInit({
              deps: {
                hosts: devartCodeHostsExtensionPoint,
                webhooks: devartWebhooksExtensionPoint,
              },
              async init({ hosts, webhooks }) {
                hosts.addCodeHost(codeHost);
                webhooks.addWebhook({
                  source: 'forge',
                  verify: ({ headers, rawBody }) => {
                    const given = Buffer.from(String(headers['x-signature']));
                    const wanted = Buffer.from(signatureOf(String(rawBody)));
                    return (
                      given.length === wanted.length &&
                      timingSafeEqual(given, wanted)
                    );
                  },
                  parse: ({ headers, rawBody }) => ({
                    id: String(headers['x-delivery']),
                    event: 'pull_request',
                    payload: JSON.parse(String(rawBody)),
                  }),
                  handle: async ({ payload }, { reviews }) => {
                    const change = payload as PullRequestChange;
                    const { detail } = await reviews.requestReview(change);
                    return { outcome: 'accepted', detail };
                  },
                });
              },
            });
          },
        }),
      ],
    });
    reviewer = await plane.agent({
      capabilities: ['code-review'],
      maxConcurrent: 50,
    });
  });

  afterAll(async () => {
    await plane.stop();
    await rm(folder, { recursive: true });
  });

  let deliveries = 0;
  function deliver(
    change: PullRequestChange,
    delivery: string = `d-${deliveries++}`,
  ) {
    const body = JSON.stringify(change);
    return request(plane.server)
      .post('/api/devart/webhooks/forge')
      .set('content-type', 'application/json')
      .set('x-delivery', delivery)
      .set('x-signature', signatureOf(body))
      .send(body);
  }

  async function reviewsOf(repository: string) {
    return (await plane.as('viewer').reviews.list({ repository })).items;
  }

  it('of a local repository go from the request to findings on the task', async () => {
    const sam = plane.as('supervisor');
    const repository = join(folder, 'allowed', 'shop');
    const review = await sam.reviews.request({
      repository,
      entityRef: 'component:default/shop',
    });
    expect(review).toMatchObject({
      source: 'portal',
      repository,
      status: 'queued',
      publishing: { state: 'none' },
    });
    const { tasks } = (await reviewer.client.agents.claim({
      id: reviewer.id,
    }))!;
    expect(tasks).toEqual([
      expect.objectContaining({ id: review.taskId, type: 'code-review' }),
    ]);
    expect(
      await reviewer.client.reviews.checkout({ id: review.taskId, attempt: 1 }),
    ).toEqual({ cloneUrl: repository, head: 'HEAD' });

    await expect(
      reviewer.client.tasks.complete({
        id: review.taskId,
        attempt: 1,
        output: outputOf([{ ...FINDING, path: '../../etc/passwd' }]),
      }),
    ).rejects.toMatchObject({
      statusCode: 400,
      body: {
        error: {
          message: expect.stringContaining('output.findings.0.path'),
        },
      },
    });
    await reviewer.client.tasks.complete({
      id: review.taskId,
      attempt: 1,
      output: outputOf([FINDING, { ...FINDING, line: 9 }]),
    });
    const detail = await sam.reviews.forTask({ id: review.taskId });
    expect(detail).toMatchObject({
      status: 'succeeded',
      conclusion: 'failure',
      counts: { error: 2, warning: 0, notice: 0, dismissed: 0 },
      stats: { filesChanged: 1 },
      analyzers: [expect.objectContaining({ name: 'eslint', status: 'ran' })],
    });
    expect(new Set(detail!.findings.map(f => f.fingerprint)).size).toBe(2);
    const other = await sam.tasks.create({ title: 'No review' });
    expect(await sam.reviews.forTask({ id: other.id })).toBeUndefined();
  });

  it('are refused for what must not be read', async () => {
    const sam = plane.as('supervisor');
    for (const repository of [
      join(folder, 'forbidden'),
      join(folder, 'allowed', 'way-out'),
      join(folder, 'allowed', '..', 'forbidden'),
      join(folder, 'allowed', 'empty'),
      join(folder, 'allowed', 'nothing'),
      '/etc',
      'file:///etc',
      'ext::sh -c touch% /tmp/x',
      'https://user:password@forge.example.com/x.git',
      'relative/path',
    ]) {
      await expect(sam.reviews.request({ repository })).rejects.toMatchObject({
        statusCode: 400,
        body: { error: { message: expect.stringContaining('repository:') } },
      });
    }
    // A title is read by people: ids of commits are cut short in it.
    const named = await sam.reviews.request({
      repository: join(folder, 'allowed', 'shop'),
      base: 'release/1',
      head: 'a'.repeat(40),
    });
    expect(named).toMatchObject({
      title: `Review release/1..${'a'.repeat(12)} of shop`,
      head: 'a'.repeat(40),
    });
    await sam.tasks.cancel({ id: named.taskId });
    await expect(
      sam.reviews.request({
        repository: join(folder, 'allowed', 'shop'),
        head: '--upload-pack=touch',
      }),
    ).rejects.toMatchObject({ statusCode: 400 });
    await expect(
      sam.tasks.create({ title: 'By hand', type: 'code-review' }),
    ).rejects.toMatchObject({ statusCode: 400 });
  });

  it('are made once a head, however often and in parallel it is delivered', async () => {
    const change = changeOf({ repository: 'octo/once' });
    await Promise.all([
      deliver(change, 'same').expect(202),
      deliver(change, 'other').expect(202),
      deliver(change, 'third').expect(202),
    ]);
    await deliver(change, 'same').expect(200, { outcome: 'duplicate' });
    expect(await reviewsOf('octo/once')).toHaveLength(1);
  });

  it('are as urgent as their labels say', async () => {
    for (const [repository, labels, priority] of [
      ['octo/plain', ['question'], 'high'],
      ['octo/docs', ['Docs'], 'low'],
      ['octo/hotfix', ['docs', 'hotfix'], 'critical'],
    ] as const) {
      await deliver(changeOf({ repository, labels: [...labels] })).expect(202);
      const [{ taskId }] = await reviewsOf(repository);
      const task = await plane.as('viewer').tasks.get({ id: taskId });
      expect([repository, task.priority]).toEqual([repository, priority]);
    }
  });

  it('of an older head are superseded by a newer push', async () => {
    const repository = 'octo/newer';
    await deliver(changeOf({ repository })).expect(202);
    const [first] = await reviewsOf(repository);
    await deliver(changeOf({ repository, headSha: 'c'.repeat(40) })).expect(
      202,
    );
    const [newer, older] = await reviewsOf(repository);
    expect(older).toMatchObject({
      id: first.id,
      status: 'cancelled',
      supersededBy: newer.id,
    });
    expect(newer.status).toBe('queued');
  });

  it('refuse deliveries without a right signature, and say so in the audit trail', async () => {
    for (const signature of [undefined, 'wrong', signatureOf('other')]) {
      const call = request(plane.server)
        .post('/api/devart/webhooks/forge')
        .set('x-delivery', 'forged');
      await (signature ? call.set('x-signature', signature) : call)
        .send(JSON.stringify(changeOf({ repository: 'octo/forged' })))
        .expect(401);
    }
    await request(plane.server).post('/api/devart/webhooks/none').expect(404);
    expect(await reviewsOf('octo/forged')).toEqual([]);
    await eventually(async () => {
      const { items } = await plane.as('supervisor').audit.list({
        operation: 'webhook.forge',
        outcome: ['refused'],
      });
      expect(items).toHaveLength(3);
    });
  });

  it('are shown at the code host, never repeating a finding, and survive its outages', async () => {
    const repository = 'octo/shown';
    codeHost.failures = [
      new CodeHostUnavailableError('rate limited', {
        retryAt: new Date(Date.now() + 300),
      }),
    ];
    await deliver(changeOf({ repository })).expect(202);
    const [{ taskId, id }] = await reviewsOf(repository);
    const shown = () => codeHost.shown.filter(p => p.reviewId === id);
    await eventually(async () => {
      expect(shown().map(({ status }) => status)).toEqual(['queued']);
    });

    await reviewer.client.agents.claim({ id: reviewer.id, taskId });
    expect(
      await reviewer.client.reviews.checkout({ id: taskId, attempt: 1 }),
    ).toMatchObject({
      fetchRef: 'refs/pull/7/head',
      credential: { password: 'short-lived' },
    });
    const many = ['a', 'b', 'c'].map(context => ({ ...FINDING, context }));
    await reviewer.client.tasks.complete({
      id: taskId,
      attempt: 1,
      output: outputOf(many),
    });
    await eventually(async () => {
      expect(shown().at(-1)).toMatchObject({
        status: 'completed',
        conclusion: 'failure',
        title: '3 errors',
        comment: true,
        state: { check: id },
        detailsUrl: `http://localhost:3000/devart/tasks/${taskId}`,
      });
    });
    expect(shown().at(-1)!.annotations).toHaveLength(2);
    const detail = await plane.as('viewer').reviews.get({ id });
    expect(detail.publishing).toMatchObject({
      state: 'published',
      checkUrl: 'https://forge.example.com/checks/1',
    });

    // A person dismisses one: the check is drawn up anew.
    await plane.as('supervisor').reviews.dismissFinding({
      id: detail.findings[0].id,
      reason: 'meant so',
    });
    await eventually(async () => {
      expect(shown().at(-1)!.title).toBe('2 errors');
    });

    // The next revision: known ones are not repeated, dismissed ones stay away.
    await deliver(changeOf({ repository, headSha: 'd'.repeat(40) })).expect(
      202,
    );
    const [next] = await reviewsOf(repository);
    await reviewer.client.agents.claim({
      id: reviewer.id,
      taskId: next.taskId,
    });
    await reviewer.client.tasks.complete({
      id: next.taskId,
      attempt: 1,
      output: outputOf(
        [...many, { ...FINDING, context: 'new', line: 40 }],
        'd'.repeat(40),
      ),
    });
    await eventually(async () => {
      const last = codeHost.shown.filter(p => p.reviewId === next.id).at(-1)!;
      expect(last.status).toBe('completed');
      expect(last.annotations.map(({ startLine }) => startLine)).toEqual([40]);
      expect(last.title).toBe('3 errors');
      expect(last.summary).toContain('1 dismissed');
    });
  });

  it('tell of their end, however it comes, and of what cannot be published', async () => {
    const repository = 'octo/told';
    const feed = async (id: string) => {
      const { items } = await plane
        .as('viewer')
        .activity.list({ subjectId: id, limit: 50 });
      return items.map(({ topic }) => topic).reverse();
    };
    codeHost.failures = [new NotAllowedError('the app was removed')];
    await deliver(changeOf({ repository })).expect(202);
    const [failed] = await reviewsOf(repository);
    await eventually(async () => {
      const { publishing } = await plane
        .as('viewer')
        .reviews.get({ id: failed.id });
      expect(publishing).toMatchObject({
        state: 'failed',
        error: 'the app was removed',
      });
    });
    await reviewer.client.agents.claim({
      id: reviewer.id,
      taskId: failed.taskId,
    });
    await reviewer.client.tasks.reportFailure({
      id: failed.taskId,
      attempt: 1,
      error: 'no such commit',
      retryable: false,
    });
    expect(await feed(failed.id)).toEqual([
      'review.publishing-failed',
      'review.concluded',
    ]);

    await deliver(changeOf({ repository, headSha: 'e'.repeat(40) })).expect(
      202,
    );
    const [cancelled] = await reviewsOf(repository);
    await plane.as('supervisor').tasks.setStatus({
      id: cancelled.taskId,
      status: 'cancelled',
    });
    await eventually(async () =>
      expect(await feed(cancelled.id)).toEqual([
        'review.concluded',
        'review.published',
      ]),
    );
    const sql = plane.sql();
    const { rows } = await sql.raw(
      `select payload from events where topic = 'review.concluded' and subject_id = any(?) order by id`,
      [[failed.id, cancelled.id]],
    );
    await sql.destroy();
    expect(rows).toEqual([
      { payload: { status: 'dead_letter' } },
      { payload: { status: 'cancelled' } },
    ]);
  });

  it('show nothing hostile in the summary', async () => {
    const repository = 'octo/hostile';
    await deliver(changeOf({ repository })).expect(202);
    const [{ taskId, id }] = await reviewsOf(repository);
    await reviewer.client.agents.claim({ id: reviewer.id, taskId });
    await reviewer.client.tasks.complete({
      id: taskId,
      attempt: 1,
      output: outputOf([
        {
          ...FINDING,
          path: 'a`|<img src=x>.ts',
          title:
            '@everyone <script>alert(1)</script> [x](https://evil.example)',
        },
      ]),
    });
    await eventually(async () => {
      const last = codeHost.shown.filter(p => p.reviewId === id).at(-1)!;
      expect(last.status).toBe('completed');
      expect(last.summary).not.toMatch(/(^|[^\\])<script/);
      expect(last.summary).not.toContain('@everyone');
      expect(last.summary).not.toContain('](https://evil');
    });
  });
});
