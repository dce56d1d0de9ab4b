import { readDurationFromConfig, type Config } from '@backstage/config';
import { InputError, stringifyError } from '@backstage/errors';
import { getProcessorFiltersFromConfig } from '@backstage/plugin-notifications-common';
import { durationToMilliseconds } from '@backstage/types';
import { parseChatId, type ChatId } from '../api/ChatId';
import type { BroadcastRoute, TelegramSettings } from './TelegramSettings';

const SECTION = 'notifications.processors.telegram';

/** As Telegram asks bots to keep to. */
const DEFAULT_LIMIT = 30;
const DEFAULT_INTERVAL_MS = 1000;

/**
 * Reads `notifications.processors.telegram`; no bots when the section is not
 * there.
 *
 * @throws InputError naming the key and what it should be. Never says a token.
 */
export function readTelegramSettings(config: Config): TelegramSettings[] {
  const section = config.getOptional<unknown>(SECTION);
  if (section === undefined) {
    return [];
  }
  if (!Array.isArray(section)) {
    throw new InputError(
      `${SECTION} must be a list of bots: put a dash before the first key of each.`,
    );
  }
  const bots = config
    .getConfigArray(SECTION)
    .map((bot, index) => readBot(bot, `${SECTION}[${index}]`));
  for (const [index, { name }] of bots.entries()) {
    const other = bots.findIndex(
      bot => bot.name.toLowerCase() === name.toLowerCase(),
    );
    if (other !== index) {
      throw new InputError(
        `${SECTION}[${index}].name is "${name}", as is that of ${SECTION}[${other}]: people choose bots by their names, give each its own.`,
      );
    }
  }
  return bots;
}

function readBot(config: Config, at: string): TelegramSettings {
  return {
    name: readText(config, at, 'name') ?? 'Telegram',
    token: readToken(config, at),
    apiBaseUrl: readApiBaseUrl(config, at),
    chatIdAnnotation:
      readText(config, at, 'chatIdAnnotation') ?? 'telegram.org/chat-id',
    broadcastChats: readChats(config, 'broadcastChats', `${at}.broadcastChats`),
    broadcastRoutes: (
      config.getOptionalConfigArray('broadcastRoutes') ?? []
    ).map((route, index) =>
      readRoute(route, `${at}.broadcastRoutes[${index}]`),
    ),
    filter: naming(at, () => getProcessorFiltersFromConfig(config)),
    limit: {
      count: readLimit(config, at),
      ms: readInterval(config, at),
    },
  };
}

function readToken(config: Config, at: string): string {
  const token = readText(config, at, 'token');
  if (!token || !/^\d+:[\w-]{30,}$/.test(token)) {
    throw new InputError(
      `${at}.token must be the token that @BotFather gave out: the number of the bot, a colon, and some 35 letters, digits, _ and -.`,
    );
  }
  return token;
}

function readApiBaseUrl(config: Config, at: string): string {
  const value =
    readText(config, at, 'apiBaseUrl') ?? 'https://api.telegram.org';
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (
    !url ||
    !['http:', 'https:'].includes(url.protocol) ||
    url.username ||
    url.password ||
    url.search ||
    url.hash
  ) {
    throw new InputError(
      `${at}.apiBaseUrl must be an http or https URL without credentials and query. Leave it out for api.telegram.org.`,
    );
  }
  return url.href.replace(/\/+$/, '');
}

function readRoute(config: Config, at: string): BroadcastRoute {
  const origin = readText(config, at, 'origin');
  const topic = readText(config, at, 'topic');
  if (!origin && !topic) {
    throw new InputError(
      `${at} has neither origin nor topic: without them it is no route; chats for all broadcasts go to broadcastChats.`,
    );
  }
  const chats = readChats(config, 'chat', `${at}.chat`);
  if (chats.length === 0) {
    throw new InputError(`${at}.chat is missing: name one chat or more.`);
  }
  return { origin, topic, chats };
}

function readChats(config: Config, key: string, at: string): ChatId[] {
  const value = config.getOptional<unknown>(key);
  return [value ?? []].flat().map(entry => {
    const chat = parseChatId(entry);
    if (chat === undefined) {
      throw new InputError(
        `${at} has "${entry}", which is no chat. It must be an id such as -1001234567890, or @name of a public channel.`,
      );
    }
    return chat;
  });
}

function readLimit(config: Config, at: string): number {
  const limit = naming(`${at}.concurrencyLimit`, () =>
    config.getOptionalNumber('concurrencyLimit'),
  );
  if (limit !== undefined && (!Number.isSafeInteger(limit) || limit < 1)) {
    throw new InputError(
      `${at}.concurrencyLimit must be a whole number from 1 on.`,
    );
  }
  return limit ?? DEFAULT_LIMIT;
}

function readInterval(config: Config, at: string): number {
  if (!config.has('throttleInterval')) {
    return DEFAULT_INTERVAL_MS;
  }
  const ms = naming(`${at}.throttleInterval`, () =>
    durationToMilliseconds(
      readDurationFromConfig(config, { key: 'throttleInterval' }),
    ),
  );
  if (!(ms > 0)) {
    throw new InputError(`${at}.throttleInterval must be longer than nothing.`);
  }
  return ms;
}

function readText(config: Config, at: string, key: string): string | undefined {
  const value = config.getOptional<unknown>(key);
  if (value === undefined) {
    return undefined;
  }
  if (typeof value !== 'string' || value.trim() === '') {
    throw new InputError(`${at}.${key} must be a text that is not empty.`);
  }
  return value.trim();
}

/** Names the key in what others say of its value. */
function naming<T>(at: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new InputError(`${at}: ${stringifyError(error)}`);
  }
}
