import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text as readText } from 'node:stream/consumers';
import { BotApi } from './server/BotApi';
import type { Fault } from './server/Fault';
import type { StandInChat, StandInMessage } from './server/model';
import { TELEGRAM_LIMITS, type RateLimits } from './server/RateLimiter';
import { Refusal } from './server/Refusal';

/** How a stand-in is started. */
export interface StandInTelegramOptions {
  /** The only token that it knows. */
  token?: string;
  /** What it lets through; what Telegram asks bots to keep to unless given. */
  limits?: Partial<RateLimits>;
}

/**
 * A server that behaves like Telegram's Bot API as far as devart uses it:
 * `POST /bot<token>/sendMessage` with JSON. It checks every request by the
 * rules that Telegram publishes and answers as Telegram does.
 *
 * {@link StandInTelegram.stop} throws when something was sent that no bot
 * sends on purpose.
 */
export class StandInTelegram {
  static async start(
    options: StandInTelegramOptions = {},
  ): Promise<StandInTelegram> {
    const server = http.createServer();
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, '127.0.0.1', resolve);
    });
    return new StandInTelegram(server, options);
  }

  /** Where the Bot API is, without a slash at the end. */
  readonly url: string;
  readonly token: string;
  /** What was refused, and with which words. */
  readonly refusals: Array<{ status: number; description: string }> = [];
  readonly #server: http.Server;
  readonly #api: BotApi;
  readonly #faults: Fault[] = [];
  #requests = 0;

  private constructor(server: http.Server, options: StandInTelegramOptions) {
    const { port } = server.address() as AddressInfo;
    this.url = `http://127.0.0.1:${port}`;
    this.token =
      options.token ?? '123456789:AAExampleTokenOfTheStandIn-_0123456';
    this.#server = server;
    this.#api = new BotApi({ ...TELEGRAM_LIMITS, ...options.limits });
    server.on('request', (request, response) => {
      this.#handle(request, response).catch(error => {
        this.#api.violations.push(`${request.method}: ${error}`);
        response.destroy();
      });
    });
  }

  /** What arrived, in its order. */
  get messages(): readonly StandInMessage[] {
    return this.#api.messages;
  }

  /** How many requests came, whatever became of them. */
  get requests(): number {
    return this.#requests;
  }

  /** What arrived in a chat, as people see it. */
  shownIn(chatId: number): string[] {
    return this.messages
      .filter(message => message.chatId === chatId)
      .map(({ shown }) => shown);
  }

  /** Adds a chat, or changes it. */
  addChat(chat: StandInChat): void {
    this.#api.chats.set(chat.id, chat);
  }

  /** Lets something go wrong with the next requests. */
  inject(fault: Fault, times: number = 1): void {
    for (let n = 0; n < times; n++) {
      this.#faults.push(fault);
    }
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise(resolve => this.#server.close(resolve));
    if (this.#api.violations.length > 0) {
      throw new Error(
        `Not as Telegram describes it: ${this.#api.violations.join('\n')}`,
      );
    }
  }

  async #handle(
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const at = performance.now();
    this.#requests++;
    const body = await readText(request);
    const fault = this.#faults.shift();
    if (fault?.kind === 'silence') {
      return;
    }
    if (fault?.kind === 'cut-connection') {
      response.destroy();
      return;
    }
    if (fault?.kind === 'outage') {
      response.writeHead(502, { 'content-type': 'text/html' });
      response.end('<html><h1>502 Bad Gateway</h1></html>');
      return;
    }
    try {
      if (fault?.kind === 'flood') {
        const seconds = fault.retryAfterSeconds;
        throw new Refusal(429, `Too Many Requests: retry after ${seconds}`, {
          retry_after: seconds,
        });
      }
      const result = this.#answer(request, body, at);
      if (fault?.kind === 'lost-answer') {
        response.destroy();
        return;
      }
      send(response, 200, { ok: true, result });
    } catch (error) {
      if (!(error instanceof Refusal)) {
        throw error;
      }
      const { status, description, parameters } = error;
      this.refusals.push({ status, description });
      send(response, status, {
        ok: false,
        error_code: status,
        description,
        ...(parameters && { parameters }),
      });
    }
  }

  #answer(request: IncomingMessage, body: string, at: number): object {
    const { method, url, headers } = request;
    const [, token, name] = /^\/bot([^/]+)\/(\w+)$/.exec(url ?? '') ?? [];
    if (!token || !/^\d+:[\w-]{30,}$/.test(token)) {
      throw new Refusal(404, 'Not Found');
    }
    if (token !== this.token) {
      throw new Refusal(401, 'Unauthorized');
    }
    // Method names are read without regard to case.
    if (name.toLowerCase() !== 'sendmessage') {
      throw new Refusal(404, 'Not Found: method not found');
    }
    if (
      method !== 'POST' ||
      !/^application\/json\b/.test(headers['content-type'] ?? '')
    ) {
      this.#api.violations.push(
        `${name} came as ${method} with ${headers['content-type']}`,
      );
    }
    const message = this.#api.sendMessage(parseJson(body), at);
    return {
      message_id: message.id,
      date: Math.floor(Date.now() / 1000),
      chat: { id: message.chatId },
      text: message.shown,
      entities: message.entities,
    };
  }
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw new Refusal(400, "Bad Request: can't parse JSON object");
  }
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}
