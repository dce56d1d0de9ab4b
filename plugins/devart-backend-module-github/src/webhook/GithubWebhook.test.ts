import fc from 'fast-check';
import type {
  IntakeResult,
  ReviewIntake,
  WebhookOutcome,
} from '@devart/plugin-devart-node';
import {
  githubWebhookEvents,
  githubWebhookExample,
  githubWebhookExamples,
  signGithubWebhook,
} from '@devart/stand-in-github';
import type { GithubSettings } from '../config/GithubSettings';
import { GithubWebhook } from './GithubWebhook';

const SECRET = 'a-secret';

const settings: GithubSettings = {
  webhookSecret: SECRET,
  apiBaseUrl: 'https://api.github.com',
  webBaseUrl: 'https://github.com',
  credentials: { type: 'token', token: 'ghp_x' },
};

/** Takes everything and remembers what was asked. */
function createIntake(result: IntakeResult = { outcome: 'created' }) {
  const calls: [keyof ReviewIntake, unknown][] = [];
  const remember = (verb: keyof ReviewIntake) => async (change: unknown) => {
    calls.push([verb, change]);
    return result;
  };
  const reviews: ReviewIntake = {
    requestReview: remember('requestReview'),
    rerunReview: remember('rerunReview'),
    cancelReviews: remember('cancelReviews'),
  };
  return { reviews, calls };
}

/** Signs, verifies, parses and handles, as the control plane does. */
async function receive(
  event: string,
  payload: unknown,
  options: { webhook?: GithubWebhook; result?: IntakeResult } = {},
): Promise<{
  outcome: WebhookOutcome;
  calls: [keyof ReviewIntake, unknown][];
}> {
  const { webhook = new GithubWebhook(settings), result } = options;
  const { headers, body } = signGithubWebhook({
    secret: SECRET,
    event,
    payload,
    deliveryId: 'delivery-1',
  });
  const request = { headers, rawBody: Buffer.from(body) };
  expect(webhook.verify(request)).toBe(true);
  const delivery = webhook.parse(request);
  expect(delivery).toEqual({ id: 'delivery-1', event, payload });
  const { reviews, calls } = createIntake(result);
  return { outcome: await webhook.handle(delivery, { reviews }), calls };
}

const REQUESTING = ['opened', 'reopened', 'synchronize', 'ready_for_review'];
const CANCELLING = ['closed', 'converted_to_draft'];

/** What should be done about one of GitHub's payloads. */
function expectedCall(
  event: string,
  payload: Record<string, any>,
): keyof ReviewIntake | undefined {
  switch (`${event}.${payload.action}`) {
    case 'check_run.rerequested':
    case 'check_run.requested_action':
    case 'check_suite.rerequested':
      return 'rerunReview';
    default:
  }
  if (event !== 'pull_request') {
    return undefined;
  }
  if (REQUESTING.includes(payload.action)) {
    return payload.pull_request.draft ? undefined : 'requestReview';
  }
  return CANCELLING.includes(payload.action) ? 'cancelReviews' : undefined;
}

const examples = githubWebhookEvents().flatMap(event =>
  githubWebhookExamples(event).map((payload, i) => ({
    event,
    payload,
    name: `${event} ${payload.action ?? ''} ${i}`,
  })),
);

describe('GithubWebhook', () => {
  it('has payloads of every event that it acts on', () => {
    const acted = new Set(
      examples
        .map(({ event, payload }) => expectedCall(event, payload))
        .filter(Boolean),
    );
    expect(acted).toEqual(
      new Set(['requestReview', 'cancelReviews', 'rerunReview']),
    );
    expect(githubWebhookEvents()).toEqual(
      expect.arrayContaining([
        'pull_request',
        'check_run',
        'check_suite',
        'ping',
      ]),
    );
  });

  it.each(examples)(
    "decides about GitHub's own payload of $name",
    async ({ event, payload }) => {
      const { outcome, calls } = await receive(event, payload);

      const expected = expectedCall(event, payload);
      expect(calls.map(([verb]) => verb)).toEqual(expected ? [expected] : []);
      expect(outcome.outcome).toBe(expected ? 'accepted' : 'ignored');
      // Whoever reads the record of deliveries should see why nothing happened.
      expect(outcome.detail === undefined).toBe(expected !== undefined);
    },
  );

  it('hands in what is known of a pull request', async () => {
    const payload = githubWebhookExample('pull_request', 'opened');

    const { calls } = await receive('pull_request', payload);

    expect(calls).toEqual([
      [
        'requestReview',
        {
          host: 'github',
          repository: 'Codertocat/Hello-World',
          number: 2,
          headSha: 'ec26c3e57ca3a959ca5aad62de7213c562f8c821',
          headRef: 'changes',
          baseSha: 'f95f852bd8fca8fcc58a9a2d6c842781e32a215e',
          baseRef: 'master',
          title: 'Update the README with new information.',
          url: 'https://github.com/Codertocat/Hello-World/pull/2',
          repositoryUrl: 'https://github.com/Codertocat/Hello-World.git',
          labels: ['bug'],
          changedLines: 2,
          context: {
            installationId: (payload.installation as { id: number }).id,
          },
        },
      ],
    ]);
  });

  it('knows no installation where no App sent the webhook', async () => {
    const { installation: _, ...payload } = githubWebhookExample(
      'pull_request',
      'opened',
    );

    const { calls } = await receive('pull_request', payload);

    expect(calls).toEqual([
      ['requestReview', expect.objectContaining({ context: {} })],
    ]);
  });

  it.each(REQUESTING)('waits when a draft is %s', async action => {
    const payload = githubWebhookExample('pull_request', action) as {
      pull_request: object;
    };

    const { outcome, calls } = await receive('pull_request', {
      ...payload,
      pull_request: { ...payload.pull_request, draft: true },
    });

    expect(calls).toEqual([]);
    expect(outcome).toEqual({
      outcome: 'ignored',
      detail: 'a draft is reviewed when it is ready for review',
    });
  });

  it('names the pull request whose reviews are cancelled', async () => {
    const { calls } = await receive(
      'pull_request',
      githubWebhookExample('pull_request', 'closed'),
    );

    expect(calls).toEqual([
      [
        'cancelReviews',
        { host: 'github', repository: 'Codertocat/Hello-World', number: 2 },
      ],
    ]);
  });

  it.each(['check_run', 'check_suite'])(
    'does again only the %s of its own App',
    async event => {
      const payload = githubWebhookExample(event, 'rerequested') as Record<
        string,
        any
      >;
      const appId: number = payload[event].app.id;
      const webhookOf = (id: number) =>
        new GithubWebhook({
          ...settings,
          credentials: { type: 'app', appId: id, privateKey: 'unused' },
        });

      const ours = await receive(event, payload, { webhook: webhookOf(appId) });
      const foreign = await receive(event, payload, {
        webhook: webhookOf(appId + 1),
      });

      expect(ours.calls).toEqual([
        [
          'rerunReview',
          {
            host: 'github',
            repository: payload.repository.full_name,
            headSha: payload[event].head_sha,
          },
        ],
      ]);
      expect(foreign.calls).toEqual([]);
      expect(foreign.outcome).toEqual({
        outcome: 'ignored',
        detail: expect.stringContaining('another App'),
      });
    },
  );

  it.each([
    [
      { outcome: 'known' } as const,
      { outcome: 'accepted', detail: 'there is a review of this head already' },
    ],
    [
      { outcome: 'ignored', detail: 'no such repository' } as const,
      { outcome: 'ignored', detail: 'no such repository' },
    ],
    [
      { outcome: 'created', detail: 'supersedes 1' } as const,
      { outcome: 'accepted', detail: 'supersedes 1' },
    ],
  ])('records that a change was %j', async (result, expected) => {
    const { outcome } = await receive(
      'pull_request',
      githubWebhookExample('pull_request', 'opened'),
      { result },
    );

    expect(outcome).toEqual(expected);
  });

  it.each([
    { event: 'pull_request', payload: undefined, problem: /payload: / },
    { event: 'pull_request', payload: { action: 7 }, problem: /action: / },
    {
      event: 'pull_request',
      payload: { action: 'opened' },
      problem: /number: .*pull_request: .*repository: /,
    },
    {
      event: 'pull_request',
      payload: {
        ...githubWebhookExample('pull_request', 'opened'),
        repository: { full_name: '../../app' },
      },
      problem: /repository\.full_name: must be <owner>\/<name>/,
    },
    {
      event: 'pull_request',
      payload: {
        ...githubWebhookExample('pull_request', 'closed'),
        number: -1,
      },
      problem: /number: /,
    },
    {
      event: 'check_run',
      payload: { action: 'rerequested', check_run: { head_sha: 'HEAD' } },
      problem: /check_run\.head_sha: must be the full id of a commit/,
    },
    {
      event: 'check_suite',
      payload: { action: 'rerequested' },
      problem: /check_suite: /,
    },
  ])(
    'says $problem about a wrong $event',
    async ({ event, payload, problem }) => {
      const { reviews, calls } = createIntake();

      await expect(
        new GithubWebhook(settings).handle(
          { id: '1', event, payload },
          { reviews },
        ),
      ).rejects.toMatchObject({
        name: 'InputError',
        message: expect.stringMatching(problem),
      });
      expect(calls).toEqual([]);
    },
  );

  it('answers any payload with a decision or an InputError', async () => {
    const events = fc.constantFrom(
      'pull_request',
      'check_run',
      'check_suite',
      'ping',
      'push',
    );
    const payloads = fc.oneof(
      fc.jsonValue(),
      fc
        .record({
          action: fc.constantFrom(...REQUESTING, ...CANCELLING, 'rerequested'),
          number: fc.jsonValue(),
          pull_request: fc.jsonValue(),
          check_run: fc.jsonValue(),
          check_suite: fc.jsonValue(),
          repository: fc.jsonValue(),
        })
        .map(payload => payload as unknown),
    );
    await fc.assert(
      fc.asyncProperty(events, payloads, async (event, payload) => {
        const { reviews, calls } = createIntake();
        const refusal = await new GithubWebhook(settings)
          .handle({ id: '1', event, payload }, { reviews })
          .then(
            () => undefined,
            error => error.name,
          );
        expect([undefined, 'InputError']).toContain(refusal);
        expect(calls).toEqual([]);
      }),
    );
  });

  describe('parse', () => {
    const webhook = new GithubWebhook(settings);
    const { headers, body } = signGithubWebhook({
      secret: SECRET,
      event: 'ping',
      payload: { zen: 'Approachable is better than simple.' },
    });
    const request = { headers, rawBody: Buffer.from(body) };

    it.each([
      ['x-github-delivery', undefined],
      ['x-github-delivery', ''],
      ['x-github-delivery', 'x'.repeat(201)],
      ['x-github-delivery', 'a\u0000b'],
      ['x-github-event', undefined],
    ])('refuses the header %s: %j', (name, value) => {
      expect(() =>
        webhook.parse({
          ...request,
          headers: { ...request.headers, [name]: value },
        }),
      ).toThrow(`The header ${name}`);
    });

    it('refuses what is not JSON', () => {
      expect(() =>
        webhook.parse({ ...request, rawBody: Buffer.from('payload=%7B') }),
      ).toThrow('The body must be JSON');
    });

    it('says which content type to choose at GitHub', () => {
      expect(() =>
        webhook.parse({
          ...request,
          headers: {
            ...request.headers,
            'content-type': 'application/x-www-form-urlencoded',
          },
        }),
      ).toThrow('Content-Type must be application/json');
    });
  });

  describe('verify', () => {
    it.each([false, 'sha256=', 'x', `sha256=${'0'.repeat(64)}`] as const)(
      'refuses the signature %j',
      signature => {
        const { headers, body } = signGithubWebhook({
          secret: SECRET,
          event: 'ping',
          payload: {},
          signature,
        });
        expect(
          new GithubWebhook(settings).verify({
            headers,
            rawBody: Buffer.from(body),
          }),
        ).toBe(false);
      },
    );
  });
});
