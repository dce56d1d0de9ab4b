import {
  UnreachedUpstreamError,
  type ModelRequest,
  type ModelResponse,
  type ModelUpstream,
  type UpstreamModel,
} from '@devart/plugin-devart-node';
import { Pool, type Dispatcher } from 'undici';
import type {
  UpstreamConnection,
  UpstreamSettings,
} from '../../config/GatewayConfig';
import { isMap, mapsOf, textOf } from '../endpoints/json';
import { PriceList } from '../prices/PriceList';

/** Longer pauses between two calls open a new connection: servers close idle ones when they like. */
const KEEP_ALIVE_MS = 10_000;

const MAX_LIST_BYTES = 8 * 1024 * 1024;

/** `gen_ai.provider.name` by type. */
const PROVIDERS = {
  openai: 'openai',
  azure: 'azure.ai.openai',
  compatible: undefined,
};

/** Failures of connections that were never made, so that no request went out. */
function isUnreached(error: unknown): boolean {
  const { code = '', syscall } = error as { code?: string; syscall?: string };
  return (
    syscall === 'connect' ||
    syscall === 'getaddrinfo' ||
    code === 'UND_ERR_CONNECT_TIMEOUT' ||
    /^ERR_TLS|CERT|SELF_SIGNED|UNABLE_TO_(GET|VERIFY)/.test(code)
  );
}

function headersOf(
  headers: Dispatcher.ResponseData['headers'],
): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name.toLowerCase(),
      Array.isArray(value) ? value.join(', ') : value,
    ]),
  );
}

function count(value: unknown): number | undefined {
  return Number.isSafeInteger(value) && (value as number) > 0
    ? (value as number)
    : undefined;
}

/** A server that speaks OpenAI's protocol: OpenAI, Azure OpenAI, vLLM, Ollama, LiteLLM and others. */
export class OpenAiUpstream implements ModelUpstream {
  readonly id: string;
  readonly title: string;
  readonly provider: string;
  readonly priceProvider?: string;
  readonly address: string;
  readonly maxTokensField: 'max_tokens' | 'max_completion_tokens';
  readonly #connection: UpstreamConnection;
  readonly #explicit: readonly UpstreamModel[] | undefined;
  readonly #basePath: string;
  readonly #pool: Pool;

  constructor(settings: UpstreamSettings, connection: UpstreamConnection) {
    const url = new URL(connection.baseUrl);
    this.id = settings.id;
    this.title = settings.title;
    this.provider = PROVIDERS[connection.type] ?? settings.id;
    this.priceProvider =
      connection.priceProvider ??
      (connection.type === 'compatible'
        ? PriceList.providerAt(connection.baseUrl)
        : connection.type);
    this.address = url.origin;
    this.maxTokensField =
      connection.type === 'compatible' ? 'max_tokens' : 'max_completion_tokens';
    this.#connection = connection;
    this.#explicit = settings.models;
    this.#basePath = url.pathname.replace(/\/$/, '');
    this.#pool = new Pool(url.origin, {
      keepAliveTimeout: KEEP_ALIVE_MS,
      connect: { timeout: settings.timeouts.connectMs },
      headersTimeout: settings.timeouts.firstByteMs,
      bodyTimeout: settings.timeouts.idleMs,
    });
  }

  async models(signal: AbortSignal): Promise<readonly UpstreamModel[]> {
    if (this.#explicit) {
      return this.#explicit;
    }
    const { statusCode, body } = await this.#pool.request({
      method: 'GET',
      path: `${this.#basePath}/models`,
      headers: this.#headers(),
      signal,
    });
    const text = await readText(body);
    if (statusCode !== 200) {
      throw new Error(`It answers ${statusCode} when asked for its models`);
    }
    const list: unknown = JSON.parse(text);
    return mapsOf(isMap(list) ? list.data : undefined).flatMap(model => {
      const name = textOf(model.id);
      // vLLM says the one, LiteLLM and others say the other.
      const contextTokens =
        count(model.max_model_len) ?? count(model.context_length);
      return name ? [{ name, contextTokens }] : [];
    });
  }

  async send(request: ModelRequest): Promise<ModelResponse> {
    try {
      const { statusCode, headers, body } = await this.#pool.request({
        method: 'POST',
        path: this.#pathOf(request),
        headers: {
          ...this.#headers(),
          'content-type': 'application/json',
          accept: request.isStream ? 'text/event-stream' : 'application/json',
          'x-client-request-id': request.requestId,
        },
        body: JSON.stringify(request.body),
        signal: request.signal,
      });
      return { status: statusCode, headers: headersOf(headers), body };
    } catch (error) {
      if (isUnreached(error)) {
        throw new UnreachedUpstreamError('It cannot be reached', {
          cause: error,
        });
      }
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.#pool.destroy();
  }

  #pathOf({ endpoint, model }: ModelRequest): string {
    const { type, apiVersion } = this.#connection;
    if (type !== 'azure') {
      return `${this.#basePath}/${endpoint}`;
    }
    if (!apiVersion) {
      return `${this.#basePath}/openai/v1/${endpoint}`;
    }
    const path =
      endpoint === 'responses'
        ? endpoint
        : `deployments/${encodeURIComponent(model)}/${endpoint}`;
    return `${this.#basePath}/openai/${path}?api-version=${encodeURIComponent(apiVersion)}`;
  }

  #headers(): Record<string, string> {
    const { type, apiKey } = this.#connection;
    if (!apiKey) {
      return {};
    }
    return type === 'azure'
      ? { 'api-key': apiKey }
      : { authorization: `Bearer ${apiKey}` };
  }
}

async function readText(body: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of body) {
    length += chunk.length;
    if (length > MAX_LIST_BYTES) {
      throw new Error('Its list of models is too long');
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
