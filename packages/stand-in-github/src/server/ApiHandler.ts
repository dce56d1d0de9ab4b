import type { IncomingMessage, ServerResponse } from 'node:http';
import type {
  DescribedProblem,
  DescribedRoute,
  GithubDescription,
} from '../description/GithubDescription';
import type { Fault, FaultPlan } from './Fault';
import type { StandInToken } from './model';
import { assertTokenCovers } from './permissions';
import { Refusal } from './Refusal';
import type { Renderer } from './Renderer';
import { standInRoutes } from './routes';
import type { StandInAnswer, StandInCall } from './StandInCall';
import type { StandInRoute } from './StandInRoute';
import type { StandInState } from './StandInState';

const API_VERSIONS = ['2022-11-28'];

const RATE_LIMIT = 5000;

const UNICORN =
  '<!DOCTYPE html><html><head><title>Unicorn! &middot; GitHub</title></head><body></body></html>';

/** A request that was answered; for tests to look at. */
export interface SeenRequest {
  method: string;
  /** Below the root of the API. */
  path: string;
  status: number | 'none';
  body: unknown;
}

/**
 * Answers requests for the REST API. A request that GitHub would refuse is
 * refused as GitHub would; what GitHub's description says about requests and
 * answers is checked in both directions. What no caller should send and what
 * the stand-in should not answer is kept among the violations.
 */
export class ApiHandler {
  readonly seen: SeenRequest[] = [];
  readonly violations: string[] = [];
  readonly #description: GithubDescription;
  readonly #state: StandInState;
  readonly #render: Renderer;
  readonly #faults: FaultPlan;
  readonly #apiUrl: string;
  #remaining = RATE_LIMIT;

  constructor(options: {
    description: GithubDescription;
    state: StandInState;
    render: Renderer;
    faults: FaultPlan;
    apiUrl: string;
  }) {
    this.#description = options.description;
    this.#state = options.state;
    this.#render = options.render;
    this.#faults = options.faults;
    this.#apiUrl = options.apiUrl;
  }

  async handle(options: {
    request: IncomingMessage;
    response: ServerResponse;
    /** The path below the root of the API. */
    path: string;
    query: URLSearchParams;
    rawBody: Buffer;
  }): Promise<void> {
    const { request, response, path, query, rawBody } = options;
    const method = request.method!;
    const seen: SeenRequest = {
      method,
      path,
      status: 'none',
      body: tryParseJson(rawBody),
    };
    this.seen.push(seen);

    const fault = this.#faults.next(method, path);
    if (fault?.kind === 'slow') {
      await abortable(fault.delayMs, response);
    }
    if (response.destroyed) {
      return;
    }
    if (fault?.kind === 'cut-connection') {
      request.socket.destroy();
      return;
    }
    const page = fault && pageOfFault(fault);
    if (page) {
      seen.status = page.status;
      response.writeHead(page.status, { 'content-type': 'text/html' });
      response.end(UNICORN);
      return;
    }

    this.#remaining = Math.max(0, this.#remaining - 1);
    const route = this.#description.find(method, path);
    const answer = await this.#answer({
      request,
      route,
      fault,
      path,
      query: Object.fromEntries(query),
      rawBody,
    });
    if (fault?.kind === 'lost-answer') {
      request.socket.destroy();
      return;
    }
    const headers: Record<string, string> = {
      ...(answer.body !== undefined && {
        'content-type': 'application/json; charset=utf-8',
      }),
      'x-github-api-version-selected': API_VERSIONS[0],
      'x-github-media-type': 'github.v3; format=json',
      'x-ratelimit-limit': String(RATE_LIMIT),
      'x-ratelimit-remaining': String(this.#remaining),
      'x-ratelimit-reset': String(Math.floor(Date.now() / 1000) + 3600),
      'x-ratelimit-used': String(RATE_LIMIT - this.#remaining),
      'x-ratelimit-resource': 'core',
      ...answer.headers,
    };
    const problems = this.#description.checkAnswer(route, {
      status: answer.status,
      contentType: headers['content-type'],
      body: answer.body,
    });
    if (problems.length > 0) {
      this.#violate(
        `${method} ${path} would answer ${answer.status}`,
        problems,
      );
    }
    seen.status = answer.status;
    const text = answer.body === undefined ? '' : JSON.stringify(answer.body);
    if (fault?.kind === 'broken-answer') {
      response.writeHead(answer.status, {
        ...headers,
        'content-length': String(Buffer.byteLength(text)),
      });
      response.write(text.slice(0, text.length / 2), () =>
        request.socket.destroy(),
      );
      return;
    }
    response.writeHead(answer.status, headers);
    response.end(text);
  }

  async #answer(options: {
    request: IncomingMessage;
    route: DescribedRoute | undefined;
    fault: Fault | undefined;
    path: string;
    query: Record<string, string>;
    rawBody: Buffer;
  }): Promise<StandInAnswer> {
    const { request, route, fault, path, query, rawBody } = options;
    try {
      this.#assertAcceptable(request);
      this.#refuseByFault(fault);
      if (!route) {
        this.violations.push(
          `${request.method} ${path}: GitHub has no such operation`,
        );
        throw new Refusal(404, 'Not Found');
      }
      const standIn = standInRoutes[`${route.method} ${route.template}`];
      if (!standIn) {
        this.violations.push(
          `${request.method} ${path}: the stand-in does not do this`,
        );
        throw new Refusal(404, 'Not Found');
      }
      const body = parseBody(request, rawBody);
      const token = this.#authenticate(request, standIn);
      this.#assertDescribed(route, { query, body });
      const call: StandInCall = {
        state: this.#state,
        render: this.#render,
        path: route.pathParameters,
        query,
        body: (body as Record<string, unknown> | undefined) ?? {},
        token,
        url: `${this.#apiUrl}${path}`,
      };
      if (token && standIn.permission) {
        const repository = this.#state.repository(
          `${call.path.owner}/${call.path.repo}`,
        );
        assertTokenCovers(token, repository, standIn.permission);
      }
      return await standIn.handle(call);
    } catch (error) {
      if (error instanceof Refusal) {
        return {
          status: error.status,
          body: error.toBody(),
          headers: error.headers,
        };
      }
      this.violations.push(`${request.method} ${path}: ${error}`);
      return {
        status: 500,
        body: new Refusal(500, String(error)).toBody(),
      };
    }
  }

  #assertAcceptable(request: IncomingMessage): void {
    if (!request.headers['user-agent']) {
      throw new Refusal(
        403,
        'Request forbidden by administrative rules. Please make sure your request has a User-Agent header',
      );
    }
    const accepted = (request.headers.accept ?? '*/*').split(',');
    const isAcceptable = accepted.some(range =>
      /^(\*\/\*|application\/(\*|json|vnd\.github(\.[\w-]+)*(\+json)?))$/.test(
        range.split(';')[0].trim(),
      ),
    );
    if (!isAcceptable) {
      throw new Refusal(
        415,
        "Unsupported 'Accept' header: Must accept 'application/json'.",
      );
    }
    const version = request.headers['x-github-api-version'];
    if (version !== undefined && !API_VERSIONS.includes(String(version))) {
      throw new Refusal(
        400,
        `"${version}" is not a supported version. Supported versions are: ${API_VERSIONS.join(', ')}.`,
      );
    }
  }

  #refuseByFault(fault: Fault | undefined): void {
    switch (fault?.kind) {
      case 'primary-rate-limit':
        throw new Refusal(403, 'API rate limit exceeded for installation.', {
          headers: {
            'x-ratelimit-remaining': '0',
            'x-ratelimit-reset': String(
              Math.floor(fault.resetAt.getTime() / 1000),
            ),
          },
        });
      case 'secondary-rate-limit':
        throw new Refusal(
          403,
          'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.',
          { headers: retryAfter(fault.retryAfterSeconds) },
        );
      case 'too-many-requests':
        throw new Refusal(429, 'Too many requests', {
          headers: retryAfter(fault.retryAfterSeconds),
        });
      case 'bad-credentials':
        throw new Refusal(401, 'Bad credentials');
      case 'outage':
        throw new Refusal(fault.status, 'Server Error');
      default:
    }
  }

  #authenticate(
    request: IncomingMessage,
    route: StandInRoute,
  ): StandInToken | undefined {
    if (route.caller === 'none') {
      return undefined;
    }
    const [, value] =
      /^(?:token|bearer) (\S+)$/i.exec(request.headers.authorization ?? '') ??
      [];
    if (!value) {
      throw new Refusal(401, 'Requires authentication');
    }
    if (route.caller === 'app') {
      const problem = this.#state.app.problemOfJwt(value, Date.now());
      if (problem) {
        throw new Refusal(401, problem);
      }
      return undefined;
    }
    const token = this.#state.findToken(value);
    if (!token) {
      throw new Refusal(401, 'Bad credentials');
    }
    if (route.caller === 'installation' && !token.installation) {
      throw new Refusal(403, 'You must authenticate via a GitHub App.');
    }
    if (route.caller === 'person' && token.installation) {
      throw new Refusal(403, 'Resource not accessible by integration');
    }
    return token;
  }

  #assertDescribed(
    route: DescribedRoute,
    given: { query: Record<string, string>; body: unknown },
  ): void {
    const what = `${route.method} ${route.template}`;
    const known = this.#description.knownNames(route);
    const unknown = [
      ...Object.keys(given.query).filter(name => !known.query.includes(name)),
      ...Object.keys(given.body ?? {}).filter(
        name => !known.body.includes(name),
      ),
    ];
    if (unknown.length > 0) {
      // GitHub takes no notice of these; whoever sends them is mistaken.
      this.violations.push(`${what} was sent unknown ${unknown.join(', ')}`);
    }
    const problems = this.#description.checkRequest(route, {
      path: route.pathParameters,
      query: given.query,
      body: given.body,
    });
    if (problems.length > 0) {
      this.#violate(`${what} was sent`, problems);
      throw new Refusal(
        422,
        `Invalid request.\n\n${problems.map(describe).join('\n')}`,
      );
    }
  }

  #violate(what: string, problems: DescribedProblem[]): void {
    this.violations.push(
      `${what} what GitHub does not describe: ${problems.map(describe).join('; ')}`,
    );
  }
}

function describe(problem: DescribedProblem): string {
  return problem.field
    ? `${problem.field}: ${problem.message}`
    : problem.message;
}

function retryAfter(seconds: number | undefined): Record<string, string> {
  return seconds === undefined ? {} : { 'retry-after': String(seconds) };
}

function pageOfFault(fault: Fault): { status: number } | undefined {
  if (fault.kind === 'not-github') {
    return { status: 200 };
  }
  return fault.kind === 'outage' && fault.status === 502
    ? { status: 502 }
    : undefined;
}

function parseBody(request: IncomingMessage, rawBody: Buffer): unknown {
  if (rawBody.length === 0) {
    return undefined;
  }
  const type = request.headers['content-type'] ?? '';
  if (!/^application\/(json|vnd\.github\S*\+json)\b/.test(type)) {
    throw new Refusal(415, `Unsupported 'Content-Type' header: ${type}`);
  }
  const body = tryParseJson(rawBody);
  if (typeof body !== 'object' || body === null) {
    throw new Refusal(400, 'Problems parsing JSON');
  }
  return body;
}

function tryParseJson(rawBody: Buffer): unknown {
  try {
    return JSON.parse(rawBody.toString());
  } catch {
    return undefined;
  }
}

/** Waits, but not longer than anybody waits for the answer. */
async function abortable(ms: number, response: ServerResponse): Promise<void> {
  await new Promise<void>(resolve => {
    const timer = setTimeout(resolve, ms);
    response.once('close', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
