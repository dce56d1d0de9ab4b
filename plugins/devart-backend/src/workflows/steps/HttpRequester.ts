import { lookup } from 'node:dns/promises';
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { BlockList, isIP } from 'node:net';
import { InputError } from '@backstage/errors';
import { isStorableText } from '@devart/plugin-devart-common';

const TIMEOUT_MS = 30_000;
const MAX_BODY_BYTES = 256 * 1024;
const MAX_REDIRECTS = 3;
/** Headers that would speak for somebody else, or break the connection. */
const REFUSED_HEADERS = new Set([
  'connection',
  'content-length',
  'host',
  'idempotency-key',
  'traceparent',
  'transfer-encoding',
  'upgrade',
]);
const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/** Addresses that are not the internet: https://www.iana.org/assignments/iana-ipv4-special-registry and its sibling for IPv6. */
const PRIVATE = new BlockList();
for (const [address, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
] as const) {
  PRIVATE.addSubnet(address, prefix, 'ipv4');
}
for (const [address, prefix] of [
  ['::', 128],
  ['::1', 128],
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['100::', 64],
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['fc00::', 7],
  ['fe80::', 10],
  ['ff00::', 8],
] as const) {
  PRIVATE.addSubnet(address, prefix, 'ipv6');
}

/** Whether an address is one of a private or otherwise special network. */
export function isPrivateAddress(address: string): boolean {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  const plain = mapped ? mapped[1] : address;
  const family = isIP(plain);
  return family === 0 || PRIVATE.check(plain, family === 6 ? 'ipv6' : 'ipv4');
}

/** A request as a step asks for it. */
export interface StepRequest {
  method: string;
  url: string;
  headers?: Record<string, string>;
  body?: unknown;
  expect?: readonly number[];
}

/** What came back; the body is JSON where it says so. */
export interface StepResponse {
  status: number;
  headers: Record<string, string>;
  body: unknown;
}

/** A request was answered, but not as expected. */
export class UnexpectedStatusError extends Error {}

/**
 * Sends requests of steps to the hosts that the configuration names, and to no
 * others, wherever redirects and name servers point.
 */
export class HttpRequester {
  /** `host`, `host:port` or `*.domain`, in lower case. */
  readonly #allowed: readonly string[];

  constructor(options: { allowedHosts: readonly string[] }) {
    this.#allowed = options.allowedHosts.map(host => host.toLowerCase());
  }

  /**
   * @throws InputError when the address is not allowed.
   * @throws UnexpectedStatusError when the answer has another status than expected.
   */
  async request(
    step: StepRequest,
    context: {
      idempotencyKey: string;
      traceparent: string;
      signal: AbortSignal;
    },
  ): Promise<StepResponse> {
    const signal = AbortSignal.any([
      context.signal,
      AbortSignal.timeout(TIMEOUT_MS),
    ]);
    const headers: Record<string, string> = {
      accept: 'application/json, */*;q=0.5',
      'user-agent': 'devart',
    };
    for (const [name, value] of Object.entries(step.headers ?? {})) {
      const lower = name.toLowerCase();
      if (REFUSED_HEADERS.has(lower) || /[\r\n\0]/.test(value)) {
        throw new InputError(`headers.${name}: cannot be set by a step`);
      }
      headers[lower] = value;
    }
    headers['idempotency-key'] = context.idempotencyKey;
    headers.traceparent = context.traceparent;
    let body: string | undefined;
    if (step.body !== undefined) {
      const isText = typeof step.body === 'string';
      body = isText ? (step.body as string) : JSON.stringify(step.body);
      headers['content-type'] ??= isText ? 'text/plain' : 'application/json';
    }
    let url = this.#check(step.url);
    let { method } = step;
    for (let redirects = 0; ; redirects++) {
      const response = await send({
        url,
        method,
        headers,
        body,
        signal,
        isNamed: this.#isNamed(url),
      });
      const { location } = response.headers;
      if (!REDIRECTS.has(response.status) || location === undefined) {
        return check(step, response);
      }
      const next = this.#check(new URL(location, url).toString());
      if (next.host !== url.host || redirects === MAX_REDIRECTS) {
        throw new InputError(
          `url: ${url.host} redirects to ${next.host}; redirects are followed ${MAX_REDIRECTS} times and within one host`,
        );
      }
      if (
        response.status === 303 ||
        (response.status < 303 && method === 'POST')
      ) {
        method = 'GET';
        body = undefined;
        delete headers['content-type'];
      }
      url = next;
    }
  }

  #check(text: string): URL {
    let url: URL;
    try {
      url = new URL(text);
    } catch {
      throw new InputError(`url: '${text.slice(0, 100)}' is no URL`);
    }
    if (url.protocol !== 'https:' && url.protocol !== 'http:') {
      throw new InputError('url: must begin with https:// or http://');
    }
    if (url.username || url.password) {
      throw new InputError('url: must not hold a user name or password');
    }
    if (this.#allowed.length === 0) {
      throw new InputError(
        'Requests of workflows are turned off; name the hosts in the configuration devart.workflows.http.allowedHosts',
      );
    }
    const isWithin = this.#allowed.some(
      host => host.startsWith('*.') && url.hostname.endsWith(host.slice(1)),
    );
    if (!this.#isNamed(url) && !isWithin) {
      throw new InputError(
        `url: ${url.host} is not among devart.workflows.http.allowedHosts`,
      );
    }
    return url;
  }

  /** Whether the host itself is in the configuration, so that its address may be a private one. */
  #isNamed(url: URL): boolean {
    const port = url.port || (url.protocol === 'https:' ? '443' : '80');
    return (
      this.#allowed.includes(url.hostname) ||
      this.#allowed.includes(`${url.hostname}:${port}`)
    );
  }
}

function check(step: StepRequest, response: StepResponse): StepResponse {
  const { status } = response;
  const isExpected = step.expect
    ? step.expect.includes(status)
    : status >= 200 && status < 300;
  if (!isExpected) {
    throw new UnexpectedStatusError(
      `The request was answered ${status}; expected is ${
        step.expect?.join(' or ') ?? '200 to 299'
      }`,
    );
  }
  return response;
}

/** The address to connect to: looked up once, so that it cannot change between the check and the use. */
async function addressOf(url: URL, isNamed: boolean) {
  const hostname = url.hostname.replace(/^\[|\]$/g, '');
  const { address, family } = await lookup(hostname);
  if (!isNamed && isPrivateAddress(address)) {
    throw new InputError(
      `url: ${url.hostname} is at a private address; name the host itself in devart.workflows.http.allowedHosts to allow it`,
    );
  }
  return { address, family };
}

async function send(options: {
  url: URL;
  method: string;
  headers: Record<string, string>;
  body?: string;
  signal: AbortSignal;
  isNamed: boolean;
}): Promise<StepResponse> {
  const { url, method, headers, body, signal } = options;
  const found = await addressOf(url, options.isNamed);
  signal.throwIfAborted();
  const request = url.protocol === 'https:' ? requestHttps : requestHttp;
  return new Promise((resolve, reject) => {
    const outgoing = request(
      url,
      {
        method,
        headers: {
          ...headers,
          ...(body === undefined
            ? {}
            : { 'content-length': String(Buffer.byteLength(body)) }),
        },
        signal,
        lookup: (_host, lookupOptions, callback) => {
          if (lookupOptions.all) {
            callback(null, [found]);
          } else {
            callback(null, found.address, found.family);
          }
        },
      },
      response => {
        const chunks: Buffer[] = [];
        let size = 0;
        response.on('data', (chunk: Buffer) => {
          size += chunk.length;
          if (size > MAX_BODY_BYTES) {
            outgoing.destroy(
              new InputError(
                `The answer is larger than ${MAX_BODY_BYTES} bytes`,
              ),
            );
            return;
          }
          chunks.push(chunk);
        });
        response.on('error', reject);
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: Object.fromEntries(
              Object.entries(response.headers).map(([name, value]) => [
                name,
                storable(String(value)),
              ]),
            ),
            body: bodyOf(
              Buffer.concat(chunks).toString(),
              response.headers['content-type'],
            ),
          }),
        );
      },
    );
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

/** Text as PostgreSQL can hold it; halves of surrogate pairs become U+FFFD. */
function storable(text: string): string {
  return isStorableText(text)
    ? text
    : Buffer.from(text.replaceAll('\u0000', '')).toString();
}

function bodyOf(text: string, contentType: string | undefined): unknown {
  if (contentType && /[/+]json\b/.test(contentType)) {
    try {
      return JSON.parse(storable(text), (_key, value) =>
        typeof value === 'string' ? storable(value) : value,
      );
    } catch {
      return storable(text);
    }
  }
  return storable(text);
}
