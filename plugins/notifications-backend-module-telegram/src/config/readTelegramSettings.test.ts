import { ConfigReader } from '@backstage/config';
import { readTelegramSettings } from './readTelegramSettings';

const TOKEN = '123456789:AAExampleTokenOfTheStandIn-_0123456';

const read = (...bots: object[]) =>
  readTelegramSettings(
    new ConfigReader({ notifications: { processors: { telegram: bots } } }),
  );

describe('readTelegramSettings', () => {
  it('has no bots where none is configured', () => {
    expect(readTelegramSettings(new ConfigReader({}))).toEqual([]);
  });

  it('needs no more than a token', () => {
    expect(read({ token: TOKEN })).toEqual([
      {
        name: 'Telegram',
        token: TOKEN,
        apiBaseUrl: 'https://api.telegram.org',
        chatIdAnnotation: 'telegram.org/chat-id',
        broadcastChats: [],
        broadcastRoutes: [],
        filter: {},
        limit: { count: 30, ms: 1000 },
      },
    ]);
  });

  it('reads several bots with everything', () => {
    const [, second] = read(
      { token: TOKEN },
      {
        name: 'On call',
        token: TOKEN,
        apiBaseUrl: 'http://telegram-bot-api:8081/',
        chatIdAnnotation: 'example.com/on-call',
        broadcastChats: [-1001234567890, '-42', '@northwind_alerts'],
        broadcastRoutes: [
          { origin: 'plugin:devart', topic: 'approvals', chat: 42 },
          { topic: 'budget-exhausted', chat: ['@money_talks', '-7'] },
        ],
        filter: { minSeverity: 'high', excludedTopics: ['approvals'] },
        concurrencyLimit: 5,
        throttleInterval: { seconds: 2 },
      },
    );
    expect(second).toEqual({
      name: 'On call',
      token: TOKEN,
      apiBaseUrl: 'http://telegram-bot-api:8081',
      chatIdAnnotation: 'example.com/on-call',
      broadcastChats: [-1001234567890, -42, '@northwind_alerts'],
      broadcastRoutes: [
        { origin: 'plugin:devart', topic: 'approvals', chats: [42] },
        { topic: 'budget-exhausted', chats: ['@money_talks', -7] },
      ],
      filter: { minSeverity: 'high', excludedTopics: ['approvals'] },
      limit: { count: 5, ms: 2000 },
    });
  });

  it.each([
    [{}, /telegram\[0\]\.token must be the token/],
    [{ token: 'secret-but-not-a-token' }, /telegram\[0\]\.token must be/],
    [{ name: ' ' }, /telegram\[0\]\.name must be a text/],
    [{ apiBaseUrl: 'ftp://x' }, /telegram\[0\]\.apiBaseUrl must be an http/],
    [{ broadcastChats: ['northwind'] }, /\.broadcastChats has "northwind"/],
    [{ broadcastChats: [0] }, /\.broadcastChats has "0"/],
    [{ broadcastRoutes: [{ chat: 1 }] }, /\[0\] has neither origin nor topic/],
    [{ broadcastRoutes: [{ topic: 'a' }] }, /Routes\[0\]\.chat is missing/],
    [{ filter: { minSeverity: 'loud' } }, /telegram\[0\]: .*minSeverity: loud/],
    [{ concurrencyLimit: 0 }, /concurrencyLimit must be a whole number/],
    [{ concurrencyLimit: 'many' }, /telegram\[0\]\.concurrencyLimit: /],
    [{ throttleInterval: 'soon' }, /telegram\[0\]\.throttleInterval: /],
    [{ throttleInterval: { seconds: 0 } }, /must be longer than nothing/],
  ])('refuses %j and names the key', (changed, problem) => {
    const isAboutToken = !Object.keys(changed).length || 'token' in changed;
    const bot = isAboutToken ? changed : { token: TOKEN, ...changed };
    expect(() => read(bot)).toThrow(problem);
    expect(() => read(bot)).not.toThrow(/AAExample|secret-but/);
  });

  it('refuses what is no list, and names that are taken', () => {
    expect(() =>
      readTelegramSettings(
        new ConfigReader({
          notifications: { processors: { telegram: { token: TOKEN } } },
        }),
      ),
    ).toThrow(/telegram must be a list of bots/);
    expect(() => read({ token: TOKEN }, { token: TOKEN })).toThrow(
      /telegram\[1\]\.name is "Telegram", as is that of .*\[0\]/,
    );
  });
});
