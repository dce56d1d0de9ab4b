import { randomBytes } from 'node:crypto';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  createBackendPlugin,
  createServiceFactory,
} from '@backstage/backend-plugin-api';
import {
  mockCredentials,
  mockServices,
  startTestBackend,
} from '@backstage/backend-test-utils';
import notificationsPlugin from '@backstage/plugin-notifications-backend';
import {
  notificationService,
  type NotificationSendOptions,
  type NotificationService,
} from '@backstage/plugin-notifications-node';
import { catalogServiceMock } from '@backstage/plugin-catalog-node/testUtils';
import { signalsServiceRef } from '@backstage/plugin-signals-node';
import { StandInTelegram } from '@devart/stand-in-telegram';
import { testDatabaseServiceFactory } from '@devart/test-database';
import telegramModule from '.';

jest.setTimeout(120_000);

const ADA = 11;
const SAM = 12;
const OWNERS = -21;
const EVERYBODY = -31;

const user = (name: string, chat?: string | number) => ({
  apiVersion: 'backstage.io/v1alpha1',
  kind: 'User',
  metadata: {
    name,
    ...(chat !== undefined && {
      annotations: { 'telegram.org/chat-id': String(chat) },
    }),
  },
  spec: {},
});

const group = (name: string, members: string[], chat?: number) => ({
  ...user(name, chat),
  kind: 'Group',
  relations: members.map(member => ({
    type: 'hasMember',
    targetRef: `user:default/${member}`,
  })),
});

async function eventually(check: () => void, timeoutMs = 5000): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    try {
      check();
      return;
    } catch (error) {
      if (Date.now() > deadline) {
        throw error;
      }
      await sleep(20);
    }
  }
}

/** A portal with notifications, Telegram, and a plugin that notifies people. */
async function startPortal(
  bots: object[] | undefined,
  { baseUrl = 'https://portal.example.com' } = {},
) {
  const logger = mockServices.logger.mock();
  logger.child.mockReturnValue(logger);
  let notifications: NotificationService;
  const backend = await startTestBackend({
    features: [
      notificationsPlugin,
      telegramModule,
      createBackendPlugin({
        pluginId: 'devart',
        register(env) {
          env.registerInit({
            deps: { service: notificationService },
            async init({ service }) {
              notifications = service;
            },
          });
        },
      }),
      catalogServiceMock.factory({
        entities: [
          user('ada', ADA),
          user('sam', SAM),
          user('vic'),
          user('eve', 'not a chat'),
          group('owners', ['ada', 'sam', 'vic'], OWNERS),
          group('board', ['sam', 'vic', 'eve']),
        ],
      }),
      testDatabaseServiceFactory,
      logger.factory,
      createServiceFactory({
        service: signalsServiceRef,
        deps: {},
        factory: () => ({ publish: async () => {} }),
      }),
      mockServices.rootConfig.factory({
        data: {
          app: { baseUrl },
          backend: {
            database: {
              client: 'pg',
              connection: process.env.DEVART_TEST_POSTGRES_URL!,
              prefix: `telegram_${randomBytes(6).toString('hex')}_`,
            },
          },
          ...(bots && { notifications: { processors: { telegram: bots } } }),
        },
      }),
    ],
  });
  let stopped: Promise<void> | undefined;
  const api = `http://localhost:${backend.server.port()}/api/notifications`;
  return {
    logger,
    stop: () => (stopped ??= backend.stop()),
    notify: (
      to: string | string[] | undefined,
      payload: NotificationSendOptions['payload'],
    ) =>
      notifications.send({
        recipients:
          to === undefined
            ? { type: 'broadcast' }
            : { type: 'entity', entityRef: to },
        payload,
      }),
    /** The settings of a user: reads, or saves them. */
    settings: async (name: string, body?: object) => {
      const response = await fetch(`${api}/settings`, {
        method: body ? 'POST' : 'GET',
        headers: {
          'content-type': 'application/json',
          authorization: mockCredentials.user.header(`user:default/${name}`),
        },
        body: body && JSON.stringify(body),
      });
      return response.json();
    },
    logged: () =>
      JSON.stringify(
        [logger.error, logger.warn, logger.info, logger.debug].map(
          ({ mock }) => mock.calls,
        ),
      ),
  };
}

describe('telegramModule', () => {
  let telegram: StandInTelegram;
  let portal: Awaited<ReturnType<typeof startPortal>>;

  const start = async (more: object = {}, ...others: object[]) => {
    portal = await startPortal([
      {
        token: telegram.token,
        apiBaseUrl: telegram.url,
        broadcastChats: [EVERYBODY],
        ...more,
      },
      ...others,
    ]);
  };

  beforeEach(async () => {
    telegram = await StandInTelegram.start();
    telegram.addChat({ id: ADA, type: 'private' });
    telegram.addChat({ id: SAM, type: 'private' });
    telegram.addChat({ id: OWNERS, type: 'group' });
    telegram.addChat({
      id: EVERYBODY,
      type: 'channel',
      username: 'northwind_alerts',
    });
  });
  afterEach(async () => {
    await portal.stop();
    await telegram.stop();
    // Never: neither in the log, nor in what went wrong.
    if (portal.logged().includes(telegram.token.split(':')[1])) {
      throw new Error('The token of the bot was logged');
    }
  });

  it('sends to people, to the chats of groups, and to everybody', async () => {
    await start();

    await portal.notify('user:default/ada', {
      title: 'Budget *used up* (100 %)',
      description: 'Model_calls stop.\n> Until 1.12.',
      link: '/devart/budgets',
      severity: 'critical',
    });
    await portal.notify(['group:default/owners', 'group:default/owners'], {
      title: 'To owners',
      severity: 'low',
    });
    await portal.notify(undefined, { title: 'To everybody' });

    await eventually(() => expect(telegram.messages).toHaveLength(3));
    expect(telegram.messages.find(m => m.chatId === ADA)).toMatchObject({
      text: 'Budget *used up* (100 %)\n\nModel_calls stop.\n> Until 1.12.\n\nOpen',
      entities: [
        { type: 'bold' },
        {
          type: 'text_link',
          url: 'https://portal.example.com/devart/budgets',
        },
      ],
      silent: false,
    });
    expect(telegram.messages.find(m => m.chatId === OWNERS)).toMatchObject({
      shown: 'To owners\n\nOpen',
      silent: true,
    });
    expect(telegram.shownIn(EVERYBODY)).toEqual(['To everybody\n\nOpen']);

    // Named besides their group, they hear it themselves; without a chat of the group, too.
    await portal.notify(['group:default/owners', 'user:default/sam'], {
      title: 'Named',
    });
    await eventually(() =>
      expect(telegram.shownIn(SAM)).toEqual(['Named\n\nOpen']),
    );
    await portal.notify('group:default/board', { title: 'To the board' });
    await eventually(() => expect(telegram.shownIn(SAM)).toHaveLength(2));
    expect(telegram.shownIn(ADA)).toHaveLength(1);
    expect(telegram.refusals).toEqual([]);
    expect(portal.logged()).toContain(
      'The annotation telegram.org/chat-id of user:default/eve is no chat of Telegram',
    );
  });

  it('keeps to what people choose in their settings and to filters', async () => {
    await start(
      { filter: { excludedTopics: ['noise'] } },
      {
        name: 'On call',
        token: telegram.token,
        apiBaseUrl: telegram.url,
        broadcastChats: ['@northwind_alerts'],
        filter: { minSeverity: 'critical' },
      },
    );
    await portal.notify('user:default/ada', { title: '1', topic: 'approvals' });
    await eventually(() => expect(telegram.shownIn(ADA)).toHaveLength(1));

    const settings = await portal.settings('ada');
    expect(settings.channels.map(({ id }: { id: string }) => id)).toEqual([
      'Web',
      'Telegram',
      'On call',
    ]);
    expect(settings.channels[1].origins).toEqual([
      {
        id: 'plugin:devart',
        enabled: true,
        topics: [{ id: 'approvals', enabled: true }],
      },
    ]);
    settings.channels[1].origins[0].topics[0].enabled = false;
    await portal.settings('ada', settings);

    await portal.notify('user:default/ada', { title: '2', topic: 'approvals' });
    await portal.notify('user:default/ada', { title: '3', topic: 'noise' });
    await portal.notify('user:default/ada', { title: '4', topic: 'other' });
    await eventually(() =>
      expect(telegram.shownIn(ADA)).toEqual(['1\n\nOpen', '4\n\nOpen']),
    );
    await portal.notify(undefined, { title: '5', severity: 'critical' });
    await eventually(() => expect(telegram.shownIn(EVERYBODY)).toHaveLength(2));
  });

  it('sends by routes, and to each chat once', async () => {
    await start({
      broadcastRoutes: [
        { topic: 'money', chat: ADA },
        { origin: 'plugin:devart', topic: 'money', chat: [SAM, SAM] },
      ],
    });
    await portal.notify(undefined, { title: 'Money', topic: 'money' });
    await portal.notify(undefined, { title: 'Else', topic: 'else' });
    await eventually(() => expect(telegram.messages).toHaveLength(2));
    expect(telegram.shownIn(SAM)).toEqual(['Money\n\nOpen']);
    expect(telegram.shownIn(EVERYBODY)).toEqual(['Else\n\nOpen']);
  });

  it('is as fast as Telegram allows, and no faster', async () => {
    const chats = Array.from({ length: 45 }, (_, n) => 100 + n);
    for (const id of chats) {
      telegram.addChat({ id, type: 'private' });
    }
    await start({ broadcastChats: [ADA, ...chats] });
    await portal.notify(undefined, { title: 'First' });
    await portal.notify(undefined, { title: 'Second' });
    const begun = performance.now();
    await eventually(() => expect(telegram.messages).toHaveLength(92), 20_000);
    // 92 messages at 30 a second.
    expect(performance.now() - begun).toBeLessThan(6000);
    expect(telegram.refusals).toEqual([]);
    expect(telegram.shownIn(ADA)).toEqual(['First\n\nOpen', 'Second\n\nOpen']);
  });

  it('never keeps whoever notifies waiting, and tries again', async () => {
    await start();
    telegram.inject({ kind: 'outage' });
    telegram.inject({ kind: 'cut-connection' });
    const begun = performance.now();
    await portal.notify('user:default/ada', { title: 'Late' });
    await portal.notify('user:default/ada', { title: 'Later' });
    expect(performance.now() - begun).toBeLessThan(1000);
    await eventually(
      () =>
        expect(telegram.shownIn(ADA)).toEqual([
          'Late\n\nOpen',
          'Later\n\nOpen',
        ]),
      15_000,
    );
    // A second, then two.
    expect(telegram.messages[0].at - begun).toBeGreaterThan(2000);
    expect(portal.logger.warn.mock.calls.flat().join()).toMatch(
      /what answers with 502 is not Telegram/,
    );
    expect(portal.logger.info).toHaveBeenCalledWith(
      'Telegram: messages are sent again',
    );
  });

  it('waits as long as Telegram asks, with the others when it asks twice', async () => {
    await start();
    telegram.inject({ kind: 'flood', retryAfterSeconds: 2 });
    await portal.notify('user:default/ada', { title: 'a' });
    await eventually(() => expect(telegram.refusals).toHaveLength(1));
    const first = performance.now();
    await portal.notify('user:default/sam', { title: 'b' });
    await eventually(() => expect(telegram.shownIn(SAM)).toHaveLength(1));
    expect(telegram.shownIn(ADA)).toEqual([]);
    telegram.inject({ kind: 'flood', retryAfterSeconds: 3 });
    await portal.notify(undefined, { title: 'c' });
    await eventually(() => expect(telegram.refusals).toHaveLength(2));
    const second = performance.now();

    await eventually(() => expect(telegram.messages).toHaveLength(3), 10_000);
    const [, ...late] = telegram.messages;
    expect(second - first).toBeLessThan(2000);
    for (const { at } of late) {
      expect(at - second).toBeGreaterThan(2900);
    }
  });

  it('lets a chat be that the bot may not write to, and follows one that moved', async () => {
    await start();
    telegram.addChat({
      id: ADA,
      type: 'private',
      forbidden: 'bot was blocked by the user',
    });
    telegram.addChat({ id: OWNERS, type: 'group', migratedTo: -10021 });
    telegram.addChat({ id: -10021, type: 'supergroup' });
    await portal.notify('user:default/ada', { title: 'a' });
    await eventually(() => expect(telegram.refusals).toHaveLength(1));
    await portal.notify('user:default/ada', { title: 'b' });
    await portal.notify('group:default/owners', { title: 'c' });
    await eventually(() => expect(telegram.shownIn(-10021)).toHaveLength(1));
    expect(telegram.requests).toBe(3);
    expect(portal.logger.warn.mock.calls.flat()).toEqual(
      expect.arrayContaining([
        'Telegram: nothing more is sent to the chat 11 for now: Forbidden: bot was blocked by the user',
        'Telegram: the chat -21 has become -10021; put the new id where the old one is',
      ]),
    );
  });

  it('says that a token is wrong, and never which', async () => {
    const wrong = telegram.token.replace('AAE', 'AAF');
    await start({ token: wrong });
    await portal.notify('user:default/ada', { title: 'a' });
    await eventually(() =>
      expect(portal.logged()).toContain(
        'Telegram: gave up a message to the chat 11: Unauthorized',
      ),
    );
    expect(portal.logged()).not.toContain(wrong.split(':')[1]);
  });

  it('follows no redirection, for the token would go along', async () => {
    const seen: unknown[] = [];
    const elsewhere = http.createServer((request, response) => {
      seen.push(request.url);
      response.end();
    });
    await new Promise<void>(resolve =>
      elsewhere.listen(0, '127.0.0.1', resolve),
    );
    const { port } = elsewhere.address() as AddressInfo;
    const redirecting = http.createServer((request, response) => {
      response.writeHead(307, {
        location: `http://127.0.0.1:${port}${request.url}`,
      });
      response.end();
    });
    await new Promise<void>(resolve =>
      redirecting.listen(0, '127.0.0.1', resolve),
    );
    await start({
      apiBaseUrl: `http://127.0.0.1:${(redirecting.address() as AddressInfo).port}`,
    });
    await portal.notify('user:default/ada', { title: 'a' });
    await eventually(() =>
      expect(portal.logged()).toContain('messages wait and are tried again'),
    );
    elsewhere.close();
    redirecting.close();
    expect(seen).toEqual([]);
  });

  it('stops although Telegram is silent, and says what is lost', async () => {
    await start();
    telegram.inject({ kind: 'silence' });
    await portal.notify(undefined, { title: 'a' });
    await portal.notify(undefined, { title: 'b' });
    await eventually(() => expect(telegram.requests).toBe(1));
    const begun = performance.now();
    await portal.stop();
    expect(performance.now() - begun).toBeLessThan(5000);
    expect(portal.logged()).toContain(
      'Telegram: gave up 2 messages: the back end stops',
    );
  });

  it('says once that it is not configured, and does nothing', async () => {
    portal = await startPortal(undefined);
    await portal.notify('user:default/ada', { title: 'a' });
    expect(
      portal.logger.info.mock.calls
        .flat()
        .filter(text => /Telegram/.test(String(text))),
    ).toEqual([
      'Telegram is not configured: without notifications.processors.telegram, nothing is sent there',
    ]);
    const { channels } = await portal.settings('ada');
    expect(channels).toHaveLength(1);
    expect(telegram.requests).toBe(0);
  });
});
