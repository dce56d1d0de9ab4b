import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

jest.setTimeout(60_000);

const bin = resolve(__dirname, '../bin/devart-agents');

function start(args: string[], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, [bin, ...args], {
    env: { PATH: process.env.PATH, HOME: tmpdir(), ...env },
  });
  let said = '';
  child.stdout.on('data', chunk => {
    said += chunk;
  });
  child.stderr.on('data', chunk => {
    said += chunk;
  });
  const ended = new Promise<number | null>(done => child.on('close', done));
  return { child, ended, said: () => said };
}

describe('devart-agents', () => {
  it('says what it can run', async () => {
    const help = start(['--help']);
    expect(await help.ended).toBe(0);
    expect(help.said()).toContain('code-review    Reviews changes');
    const wrong = start(['constructor']);
    expect(await wrong.ended).toBe(2);
    expect(wrong.said()).toContain('DEVART_URL');
  });

  it('says what is missing', async () => {
    const run = start(['code-review']);
    expect(await run.ended).toBe(1);
    expect(run.said()).toBe(
      'DEVART_URL must be the URL of the plugin, such as http://localhost:7007/api/devart\n',
    );
  });

  it('asks a control plane that is not ready again until it is told to end', async () => {
    const work = mkdtempSync(join(tmpdir(), 'devart-main-'));
    let asked = 0;
    const server = http.createServer((_request, response) => {
      asked += 1;
      response.writeHead(503);
      response.end();
    });
    await new Promise<void>(done => server.listen(0, '127.0.0.1', done));
    const { port } = server.address() as AddressInfo;
    try {
      const run = start(['code-review'], {
        DEVART_URL: `http://127.0.0.1:${port}/api/devart`,
        DEVART_AGENT_KEY: 'dvk_x',
        DEVART_WORK_FOLDER: work,
      });
      while (asked < 2) {
        await new Promise(done => setTimeout(done, 20));
      }
      run.child.kill('SIGTERM');
      expect(await run.ended).toBe(0);
      expect(run.said()).toContain('Cannot connect yet: 503');
      expect(run.said()).toContain('Stopped');
    } finally {
      server.closeAllConnections();
      server.close();
      rmSync(work, { recursive: true });
    }
  });
});
