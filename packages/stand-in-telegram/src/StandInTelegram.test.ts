import { StandInTelegram } from './StandInTelegram';

const CHAT = 4711;
const GROUP = -4711;

describe('StandInTelegram', () => {
  let telegram: StandInTelegram;
  beforeEach(async () => {
    telegram = await StandInTelegram.start();
    telegram.addChat({ id: CHAT, type: 'private' });
  });
  afterEach(() => telegram.stop());

  const call = async (
    body: unknown,
    { token = telegram.token, method = 'sendMessage' } = {},
  ) => {
    const response = await fetch(`${telegram.url}/bot${token}/${method}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return response.json();
  };
  const markdown = (text: string, chat: number | string = CHAT) =>
    call({ chat_id: chat, text, parse_mode: 'MarkdownV2' });

  it('takes a message and shows it as people see it', async () => {
    expect(await markdown(' *a\u0000\tb*\r\n')).toMatchObject({
      ok: true,
      result: { chat: { id: CHAT }, text: 'a  b' },
    });
    expect(telegram.messages).toMatchObject([
      { text: ' a\u0000\tb\r\n', shown: 'a  b', silent: false },
    ]);
  });

  it.each([
    [{ token: '1:x' }, 404, 'Not Found'],
    [{ token: `987:${'x'.repeat(35)}` }, 401, 'Unauthorized'],
    [{ method: 'sendMassage' }, 404, 'Not Found: method not found'],
  ])('refuses a call with %j', async (changed, status, description) => {
    expect(await call({ chat_id: CHAT, text: 'a' }, changed)).toEqual({
      ok: false,
      error_code: status,
      description,
    });
  });

  it('refuses what Telegram refuses, in its words', async () => {
    const refused = async (text: string, chat?: number | string) =>
      (await markdown(text, chat)).description;

    expect(await refused('1.0', 1)).toBe(
      "Bad Request: can't parse entities: Character '.' is reserved and must be escaped with the preceding '\\'",
    );
    expect(await refused('a', 1)).toBe('Bad Request: chat not found');
    expect(await refused('a', '@nowhere')).toBe('Bad Request: chat not found');
    expect(await refused('**')).toBe('Bad Request: message text is empty');
    expect(await refused('\ud800')).toBe(
      'Bad Request: strings must be encoded in UTF-8',
    );
    expect(await refused('*a*'.repeat(4097))).toBe(
      'Bad Request: message is too long',
    );
    expect(await markdown('*a*'.repeat(4096))).toMatchObject({ ok: true });
    telegram.addChat({
      id: CHAT,
      type: 'private',
      forbidden: 'bot was blocked by the user',
    });
    expect(await markdown('a')).toEqual({
      ok: false,
      error_code: 403,
      description: 'Forbidden: bot was blocked by the user',
    });
    telegram.addChat({ id: GROUP, type: 'group', migratedTo: -1004711 });
    expect(await markdown('a', GROUP)).toMatchObject({
      error_code: 400,
      parameters: { migrate_to_chat_id: -1004711 },
    });
  });

  it('lets through one message a second in a chat, and thirty in all', async () => {
    expect(await markdown('a')).toMatchObject({ ok: true });
    expect(await markdown('b')).toEqual({
      ok: false,
      error_code: 429,
      description: 'Too Many Requests: retry after 1',
      parameters: { retry_after: 1 },
    });
    const others = Array.from({ length: 30 }, (_, n) => n + 1);
    for (const id of others) {
      telegram.addChat({ id, type: 'private' });
    }
    const answers = await Promise.all(others.map(id => markdown('a', id)));
    expect(answers.filter(({ ok }) => ok)).toHaveLength(29);
  });

  it('tells of fields and types that no bot sends', async () => {
    const other = await StandInTelegram.start();
    const response = await fetch(`${other.url}/bot${other.token}/sendMessage`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ chat_id: 1.5, text: 'a', parseMode: 'HTML' }),
    });
    expect(response.status).toBe(400);
    await expect(other.stop()).rejects.toThrow(/chat_id[^]*parseMode/);
  });
});
