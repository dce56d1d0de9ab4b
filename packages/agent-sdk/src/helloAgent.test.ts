import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { ControlPlaneServer, TOKEN } from './__testUtils__/ControlPlaneServer';
import { until } from './__testUtils__/until';

jest.setTimeout(60_000);

const root = resolve(__dirname, '../../..');

describe('examples/agents/hello-agent', () => {
  it('enrols, does its work, and ends when told to', async () => {
    const server = await ControlPlaneServer.start();
    const folder = mkdtempSync(join(tmpdir(), 'devart-hello-'));
    const task = server.addTask({ input: { name: 'Ada' } });
    const nameless = server.addTask();
    const child = spawn(
      process.execPath,
      [
        '--require',
        require.resolve('@backstage/cli/config/nodeTransform.cjs'),
        join(root, 'examples/agents/hello-agent/agent.ts'),
      ],
      {
        cwd: folder,
        env: {
          PATH: process.env.PATH,
          DEVART_URL: server.url,
          DEVART_ENROLMENT_TOKEN: TOKEN,
        },
      },
    );
    let said = '';
    child.stdout.on('data', chunk => {
      said += chunk;
    });
    const ended = new Promise<number | null>(done => child.on('close', done));
    try {
      await until(
        'both tasks have ended',
        () =>
          [task, nameless].every(
            ({ status }) => !['queued', 'running'].includes(status),
          ),
        30_000,
      );
      expect(task).toMatchObject({
        status: 'succeeded',
        output: { greeting: 'Hello, Ada!' },
        summary: 'Ada was greeted',
        lines: ['Greeting Ada'],
      });
      expect(task.artifacts.get('greeting.txt')?.toString()).toBe(
        'Hello, Ada!',
      );
      expect(nameless.status).toBe('dead_letter');
      const keyFile = join(folder, '.local/hello-agent.key');
      expect(statSync(keyFile).mode & 0o777).toBe(0o600);

      child.kill('SIGINT');
      expect(await ended).toBe(0);
      expect(said).toContain('Stopped');
      expect([...server.sessions.values()]).toEqual([{ closed: true }]);
      expect(server.violations).toEqual([]);
    } finally {
      child.kill('SIGKILL');
      await server.close();
      rmSync(folder, { recursive: true });
    }
  });
});
