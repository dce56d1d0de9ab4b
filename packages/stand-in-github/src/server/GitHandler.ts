import type { IncomingMessage, ServerResponse } from 'node:http';
import { serveGit } from '../git/serveGit';
import type { StandInRepository } from './model';
import { tokenCovers } from './permissions';
import type { StandInState } from './StandInState';

const GIT_PATH =
  /^\/([\w.-]+\/[\w.-]+?)(?:\.git)?(\/info\/refs|\/git-upload-pack|\/git-receive-pack)$/;

/** A request of Git that was answered; for tests to look at. */
export interface SeenGitRequest {
  repository: string;
  service: string;
  status: number;
}

/** Serves repositories to Git, for reading, to whoever may read them. */
export class GitHandler {
  readonly seen: SeenGitRequest[] = [];
  readonly #state: StandInState;

  constructor(state: StandInState) {
    this.#state = state;
  }

  /** False when the request is not one of Git's. */
  async handle(options: {
    request: IncomingMessage;
    response: ServerResponse;
    url: URL;
  }): Promise<boolean> {
    const { request, response, url } = options;
    const match = GIT_PATH.exec(url.pathname);
    if (!match) {
      return false;
    }
    const [, fullName, pathInfo] = match;
    const service = url.searchParams.get('service') ?? pathInfo.slice(1);
    const repository = this.#state.findRepository(fullName);
    const refusal = this.#refusalOf(request, repository, service);
    if (refusal) {
      response.writeHead(
        refusal,
        refusal === 401 ? { 'www-authenticate': 'Basic realm="GitHub"' } : {},
      );
      response.end();
    } else {
      await serveGit({
        request,
        response,
        gitDirectory: repository!.gitDirectory!,
        pathInfo,
        query: url.search.slice(1),
      });
    }
    this.seen.push({
      repository: fullName,
      service,
      status: response.statusCode,
    });
    return true;
  }

  #refusalOf(
    request: IncomingMessage,
    repository: StandInRepository | undefined,
    service: string,
  ): number | undefined {
    const credential = passwordOf(request);
    if (credential) {
      const token = this.#state.findToken(credential.password);
      if (!token || credential.username !== 'x-access-token') {
        return 401;
      }
      const mayRead =
        repository &&
        tokenCovers(token, repository, { anyOf: ['contents'], access: 'read' });
      if (!mayRead && repository?.private !== false) {
        return 404;
      }
    } else if (repository?.private !== false) {
      // GitHub asks before it says whether there is such a repository.
      return 401;
    }
    if (!repository?.gitDirectory) {
      return 404;
    }
    return service === 'git-upload-pack' ? undefined : 403;
  }
}

function passwordOf(
  request: IncomingMessage,
): { username: string; password: string } | undefined {
  const [, encoded] =
    /^Basic (\S+)$/i.exec(request.headers.authorization ?? '') ?? [];
  if (!encoded) {
    return undefined;
  }
  const decoded = Buffer.from(encoded, 'base64').toString();
  const colon = decoded.indexOf(':');
  return {
    username: decoded.slice(0, colon),
    password: decoded.slice(colon + 1),
  };
}
