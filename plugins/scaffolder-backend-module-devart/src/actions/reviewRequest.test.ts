import { mockCredentials } from '@backstage/backend-test-utils';
import { resolve } from 'node:path';
import {
  ControlPlaneServer,
  Cut,
  Refusal,
} from '../__testUtils__/ControlPlaneServer';
import { review, REVIEW_ID, TASK_ID } from '../__testUtils__/records';
import { runAction, servicesFor } from '../__testUtils__/runAction';
import { createReviewRequestAction } from './reviewRequest';

let server: ControlPlaneServer;
let answers: Array<() => unknown>;

beforeEach(async () => {
  answers = [];
  server = await ControlPlaneServer.start({
    'reviews.request': () => (answers.shift() ?? review)(),
  });
});
afterEach(() => server.stop());

const action = (config = {}) =>
  createReviewRequestAction(servicesFor(server.url, config));

describe('devart:review:request', () => {
  it('asks for a review with the rights of whoever runs the template', async () => {
    const { output, error } = await runAction(action(), {
      input: {
        repository: 'https://github.com/octo-org/shop.git',
        base: 'main',
        head: 'faster-checkout',
        title: 'Review the faster checkout',
        entityRef: 'component:default/shop',
        priority: 'critical',
      },
    });

    expect(error).toBeUndefined();
    expect(output).toEqual({
      taskId: TASK_ID,
      reviewId: REVIEW_ID,
      url: `http://portal.example/devart/tasks/${TASK_ID}`,
    });
    expect(server.calls).toEqual([
      {
        operation: 'reviews.request',
        authorization: mockCredentials.service.header({
          onBehalfOf: mockCredentials.user(),
          targetPluginId: 'devart',
        }),
        input: {
          repository: 'https://github.com/octo-org/shop.git',
          base: 'main',
          head: 'faster-checkout',
          title: 'Review the faster checkout',
          entityRef: 'component:default/shop',
          priority: 'critical',
          idempotencyKey: expect.stringMatching(
            /^scaffolder:mock-task-id:[0-9a-f]{32}$/,
          ),
        },
      },
    ]);
  });

  it.each([
    ['.', resolve('../..')],
    ['plugins', resolve('../../plugins')],
    ['/srv/shop', '/srv/shop'],
    ['ssh://git@host/shop.git', 'ssh://git@host/shop.git'],
    ['git@host:octo/shop.git', 'git@host:octo/shop.git'],
    ['https://host/shop', 'https://host/shop'],
  ])('takes the repository %s for %s', async (given, repository) => {
    const config = { devart: { reviews: { localFolders: ['../..', '/srv'] } } };

    await runAction(action(config), { input: { repository: given } });

    expect(server.calls[0].input).toMatchObject({ repository });
  });

  it('takes fields left empty for fields left out', async () => {
    await runAction(action(), {
      input: {
        repository: 'https://host/shop',
        base: '',
        head: '',
        title: '',
        entityRef: '',
      },
    });

    expect(server.calls[0].input).toEqual({
      repository: 'https://host/shop',
      head: 'HEAD',
      priority: 'high',
      idempotencyKey: expect.any(String),
    });
  });

  it('says what is missing when a relative path cannot be meant', async () => {
    const { error } = await runAction(action(), { input: { repository: '.' } });

    expect(error?.message).toContain('devart.reviews.localFolders');
    expect(server.calls).toEqual([]);
  });

  it('asks under the same key when it runs again, and not at all when the answer is known', async () => {
    const input = { repository: 'https://host/shop' };
    const checkpoints = new Map();

    await runAction(action(), { input });
    await runAction(action(), { input, checkpoints });
    const resumed = await runAction(action(), { input, checkpoints });

    expect(resumed.output.taskId).toBe(TASK_ID);
    const keys = server.calls.map(call => call.input.idempotencyKey);
    expect(keys).toHaveLength(2);
    expect(new Set(keys).size).toBe(1);
  });

  it('keeps the iterations of a step apart', async () => {
    for (const repository of ['https://host/shop', 'https://host/depot']) {
      await runAction(action(), { input: { repository } });
    }

    const keys = server.calls.map(call => call.input.idempotencyKey);
    expect(new Set(keys).size).toBe(2);
  });

  it('tries again while nobody answers', async () => {
    answers = [
      () => {
        throw new Cut();
      },
      () => {
        throw new Refusal(503, 'The database is away');
      },
    ];

    const { output, log, error } = await runAction(action(), {
      input: { repository: 'https://host/shop' },
    });

    expect(error).toBeUndefined();
    expect(output.taskId).toBe(TASK_ID);
    expect(log.join('\n')).toContain('The database is away');
  });

  it('fails with what the control plane says', async () => {
    answers = [
      () => {
        throw new Refusal(403, 'Review a change needs the role supervisor');
      },
    ];

    const { error, output } = await runAction(action(), {
      input: { repository: 'https://host/shop' },
    });

    expect(error?.message).toBe('Review a change needs the role supervisor');
    expect(server.calls).toHaveLength(1);
    expect(output).toEqual({});
  });

  it('asks for nothing in a dry run', async () => {
    const { output } = await runAction(action(), {
      input: { repository: 'https://host/shop' },
      isDryRun: true,
    });

    expect(server.calls).toEqual([]);
    expect(Object.keys(output)).toEqual(['taskId', 'reviewId', 'url']);
  });
});
