import { spawn } from 'node:child_process';
import path from 'node:path';
import { expect, test } from '@playwright/test';
import { backendUrl, clientOf } from '../lib/api';
import { signInAs } from '../lib/guests';
import { screenshot } from '../lib/screenshot';

const root = path.resolve(__dirname, '../..');

test('an agent is registered, works with the key that was shown once, and is stopped', async ({
  page,
  request,
}, info) => {
  const name = `hello-${Date.now()}`;
  await signInAs(page, 'sam', '/devart/agents');
  await page.getByRole('button', { name: /register agent/i }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel(/^name/i).fill(name);
  await dialog.getByLabel(/capabilities/i).fill('greeting');
  await page.keyboard.press('Enter');
  await dialog.getByRole('button', { name: /^register/i }).click();
  const shown = dialog.getByText(/dvk_[A-Za-z0-9_-]{30,}/).first();
  await expect(shown).toBeVisible();
  await screenshot(page, info, 'agent-key');
  const key = (await shown.textContent())!.match(/dvk_[A-Za-z0-9_-]+/)![0];
  await dialog
    .getByRole('button', { name: /done|close/i })
    .last()
    .click();

  const agent = spawn(
    process.execPath,
    [
      '--require',
      '@backstage/cli/config/nodeTransform.cjs',
      path.join(root, 'examples/agents/hello-agent/agent.ts'),
    ],
    {
      cwd: root,
      env: {
        ...process.env,
        DEVART_URL: `${backendUrl}/api/devart`,
        DEVART_AGENT_KEY: key,
      },
    },
  );
  try {
    const sam = await clientOf(request, 'sam');
    const task = await sam.tasks.create({
      title: 'Say hello',
      capabilities: ['greeting'],
      input: { name: 'Ada' },
    });
    await expect
      .poll(async () => (await sam.tasks.get({ id: task.id })).status, {
        timeout: 30_000,
      })
      .toBe('succeeded');
    await page.goto('/devart/agents');
    await expect(page.getByText(name).first()).toBeVisible();
    await screenshot(page, info, 'agents');

    const { items } = await sam.agents.list({ text: name });
    await sam.agents.kill({ id: items[0].id, reason: 'end of the test' });
    await page.goto(`/devart/agents/${items[0].id}`);
    await expect(page.getByText(/inactive/i).first()).toBeVisible();
    await expect(page.getByText(key)).toHaveCount(0);
  } finally {
    agent.kill('SIGTERM');
  }
});
