import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { reviewRepository } from './__testUtils__/reviewRepository';
import { TestRepository } from '../__testUtils__/TestRepository';

jest.setTimeout(60_000);

const CREDENTIAL = {
  username: 'x-access-token',
  password: 'ghs_installation_token',
  expiresAt: '2030-01-01T00:00:00Z',
};
const EXPECTED = `Basic ${Buffer.from(
  `${CREDENTIAL.username}:${CREDENTIAL.password}`,
).toString('base64')}`;

/** Git over HTTP, with Git's own server program, for those with the password. */
function serveGit(root: string, seen: string[]) {
  return http.createServer((request, response) => {
    seen.push(request.url!);
    if (request.headers.authorization !== EXPECTED) {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' });
      response.end();
      return;
    }
    const url = new URL(request.url!, 'http://localhost');
    const backend = spawn('git', ['http-backend'], {
      env: {
        PATH: process.env.PATH,
        GIT_PROJECT_ROOT: root,
        GIT_HTTP_EXPORT_ALL: '1',
        GIT_CONFIG_COUNT: '1',
        GIT_CONFIG_KEY_0: 'uploadpack.allowFilter',
        GIT_CONFIG_VALUE_0: 'true',
        REQUEST_METHOD: request.method,
        PATH_INFO: url.pathname,
        QUERY_STRING: url.search.slice(1),
        CONTENT_TYPE: request.headers['content-type'] ?? '',
        HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
        GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
        REMOTE_USER: 'somebody',
      },
    });
    request.pipe(backend.stdin);
    const chunks: Buffer[] = [];
    backend.stdout.on('data', chunk => chunks.push(chunk));
    backend.on('close', () => {
      const answer = Buffer.concat(chunks);
      const end = answer.indexOf('\r\n\r\n');
      for (const header of answer.toString('latin1', 0, end).split('\r\n')) {
        const [name, value] = header.split(/:\s*/);
        if (name.toLowerCase() === 'status') {
          response.statusCode = Number(value.split(' ')[0]);
        } else {
          response.setHeader(name, value);
        }
      }
      response.end(answer.subarray(end + 4));
    });
  });
}

describe('a private repository', () => {
  let root: string;
  let server: http.Server;
  let seen: string[];
  let cloneUrl: string;
  let base: string;
  let head: string;

  beforeEach(async () => {
    root = mkdtempSync(join(tmpdir(), 'devart-private-'));
    const repository = new TestRepository(join(root, 'private'));
    base = repository.write({ 'a.js': 'export {};\n' }).commit();
    head = repository.write({ 'b.js': 'debugger;\n' }).commit();
    seen = [];
    server = serveGit(root, seen);
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    cloneUrl = `http://127.0.0.1:${port}/private/.git`;
  });

  afterEach(async () => {
    server.closeAllConnections();
    await new Promise(resolve => server.close(resolve));
    rmSync(root, { recursive: true });
  });

  it('is cloned with the credential, which appears nowhere', async () => {
    const record = await reviewRepository({
      cloneUrl,
      credential: CREDENTIAL,
      base,
      head,
    });
    expect(record.output.findings.map(({ rule }) => rule)).toEqual([
      'no-debugger',
    ]);
    expect(record.everything).not.toContain(CREDENTIAL.password);
    expect(seen.join()).not.toContain(CREDENTIAL.password);
  });

  it('is not cloned without it, and nobody is asked for a password', async () => {
    const failure = await reviewRepository({ cloneUrl, head }).catch(
      error => error,
    );
    expect(failure.message).toMatch(
      /git fetch: .*(could not read Username|Authentication failed)/s,
    );
    // To be tried again: the next attempt gets a fresh credential.
    expect(failure.name).not.toBe('PermanentError');
  });

  it('keeps a credential to itself that did not help', async () => {
    const wrong = { ...CREDENTIAL, password: 'expired_token' };
    const failure = await reviewRepository({
      cloneUrl,
      head,
      credential: wrong,
    }).catch(error => error);
    expect(failure.message).toContain('git fetch');
    expect(failure.message).not.toContain('expired_token');
    expect(failure.message).not.toContain(
      Buffer.from(`${wrong.username}:expired_token`).toString('base64'),
    );
  });
});
