import { writeFile } from 'node:fs/promises';
import http, { type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseArgs } from 'node:util';
import { StandInGithub } from './StandInGithub';

const HELP = `Runs a stand-in for GitHub until SIGTERM.

  --port       of the stand-in (any free one)
  --control    port of its remote control (any free one)
  --config     a file to write with the configuration of a portal that uses it

Prints a line of JSON: {"url": "...", "apiUrl": "...", "controlUrl": "..."}.

The remote control is for tests in another process: POST /<method> with the
arguments of a method of StandInGithub as a JSON array answers what the method
gives, or 400 with what it throws.`;

/** What the remote control does. */
const CONTROLLED = [
  'addComment',
  'addRepository',
  'checkRunPayload',
  'checkRuns',
  'clearFaults',
  'comments',
  'deleteComment',
  'deliver',
  'expireTokens',
  'inject',
  'openPullRequest',
  'pullRequest',
  'pullRequestPayload',
  'pushToPullRequest',
  'statuses',
  'updatePullRequest',
] as const;

/** What the remote control shows. */
const SHOWN = ['gitRequests', 'requests', 'violations'] as const;

async function control(
  github: StandInGithub,
  request: IncomingMessage,
): Promise<unknown> {
  const name = request.url!.slice(1);
  const shown = SHOWN.find(candidate => candidate === name);
  if (shown) {
    return github[shown];
  }
  const method = CONTROLLED.find(candidate => candidate === name);
  if (!method || request.method !== 'POST') {
    throw new Error(`The remote control has no ${request.method} ${name}`);
  }
  const chunks: Buffer[] = [];
  for await (const chunk of request) {
    chunks.push(chunk);
  }
  const args = JSON.parse(Buffer.concat(chunks).toString() || '[]', revive);
  return await (github[method] as (...all: unknown[]) => unknown)(...args);
}

/** JSON has no instants. */
function revive(key: string, value: unknown): unknown {
  return key === 'resetAt' ? new Date(String(value)) : value;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '0' },
      control: { type: 'string', default: '0' },
      config: { type: 'string' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) {
    console.log(HELP);
    return;
  }
  const github = await StandInGithub.start({ port: Number(values.port) });
  const server = http.createServer((request, response) => {
    control(github, request)
      .then(
        result => ({ status: 200, result }),
        error => ({ status: 400, result: { error: String(error) } }),
      )
      .then(({ status, result }) => {
        response.writeHead(status, { 'content-type': 'application/json' });
        response.end(JSON.stringify(result ?? {}));
      });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(Number(values.control), '127.0.0.1', resolve);
  });
  if (values.config) {
    const config = { devart: { github: github.settings() } };
    // JSON is YAML.
    await writeFile(values.config, JSON.stringify(config, undefined, 2), {
      mode: 0o600,
    });
  }
  const { port } = server.address() as AddressInfo;
  console.log(
    JSON.stringify({
      url: github.url,
      apiUrl: github.apiUrl,
      controlUrl: `http://127.0.0.1:${port}`,
    }),
  );

  await new Promise<void>(resolve => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.once(signal, () => resolve());
    }
  });
  server.closeAllConnections();
  server.close();
  await github.stop();
}

main().catch(error => {
  console.error(error);
  process.exitCode = 1;
});
