import { spawn } from 'node:child_process';
import type { IncomingMessage, ServerResponse } from 'node:http';
import path from 'node:path';
import { gitEnvironment } from './runGit';

/**
 * Answers a request for `<repository>.git/<service>` with Git's own server of
 * its HTTP protocol, for reading only.
 */
export async function serveGit(options: {
  request: IncomingMessage;
  response: ServerResponse;
  /** A bare repository. */
  gitDirectory: string;
  /** The path within the repository, such as `/info/refs`. */
  pathInfo: string;
  query: string;
}): Promise<void> {
  const { request, response, gitDirectory, pathInfo, query } = options;
  const child = spawn('git', ['http-backend'], {
    env: {
      ...gitEnvironment(),
      GIT_PROJECT_ROOT: path.dirname(gitDirectory),
      GIT_HTTP_EXPORT_ALL: '1',
      PATH_INFO: `/${path.basename(gitDirectory)}${pathInfo}`,
      QUERY_STRING: query,
      REQUEST_METHOD: request.method,
      CONTENT_TYPE: request.headers['content-type'] ?? '',
      CONTENT_LENGTH: request.headers['content-length'] ?? '',
      HTTP_CONTENT_ENCODING: String(request.headers['content-encoding'] ?? ''),
      GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
    },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  response.on('close', () => child.kill());
  // Git may have heard enough before the request ends.
  child.stdin.on('error', () => {});
  request.pipe(child.stdin);

  let head = Buffer.alloc(0);
  let headEnded = false;
  for await (const chunk of child.stdout as AsyncIterable<Buffer>) {
    if (headEnded) {
      response.write(chunk);
      continue;
    }
    head = Buffer.concat([head, chunk]);
    const end = head.indexOf('\r\n\r\n');
    if (end >= 0) {
      headEnded = true;
      writeHead(response, head.subarray(0, end).toString());
      response.write(head.subarray(end + 4));
    }
  }
  if (!headEnded) {
    response.statusCode = 500;
  }
  response.end();
}

function writeHead(response: ServerResponse, head: string): void {
  for (const line of head.split('\r\n')) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    if (name === 'status') {
      response.statusCode = Number.parseInt(value, 10);
    } else {
      response.setHeader(name, value);
    }
  }
}
