import { expect, test } from '@playwright/test';
import { clientOf } from '../lib/api';
import { expectAccessible } from '../lib/accessibility';
import { signInAs } from '../lib/guests';
import { screenshot } from '../lib/screenshot';

test('a task is created, moved by keyboard, and another browser sees it at once', async ({
  page,
  browser,
  request,
}, info) => {
  const title = `Write the manual ${Date.now()}`;
  await signInAs(page, 'sam', '/devart/tasks');
  const other = await (await browser.newContext()).newPage();
  await signInAs(other, 'vic', '/devart/tasks');
  await expect(other.getByText('Live', { exact: true })).toBeVisible();

  await page.getByRole('button', { name: 'Create task' }).first().click();
  const dialog = page.getByRole('dialog');
  const create = dialog.getByRole('button', { name: /create/i });
  await create.click();
  await expect(dialog).toBeVisible();
  await dialog.getByLabel(/title/i).fill(title);
  await create.click();
  await expect(dialog).toBeHidden();

  // Whoever creates a task is led to it.
  await expect(
    page.getByRole('heading', { name: title, level: 1 }),
  ).toBeVisible();
  await expect(page.getByText('No active agent has “general”')).toBeVisible();
  await page.goto('/devart/tasks');
  await expect(page.getByRole('link', { name: title })).toBeVisible();
  await expect(other.getByRole('link', { name: title })).toBeVisible();

  const sam = await clientOf(request, 'sam');
  const { items } = await sam.tasks.list({ text: title });
  const [{ id }] = items;
  const started = Date.now();
  await sam.tasks.cancel({ id });
  const stopped = other.getByRole('region', { name: /stopped/i });
  await expect(stopped.getByRole('link', { name: title })).toBeVisible();
  expect(Date.now() - started).toBeLessThan(2000);
  await sam.tasks.requeue({ id });

  const queued = page.getByRole('region', { name: /queued/i });
  await expect(queued.getByRole('link', { name: title })).toBeVisible();
  const handle = queued
    .getByRole('listitem')
    .filter({ hasText: title })
    .getByRole('button', { name: /move|drag/i });
  await handle.focus();
  // As somebody does who listens to what the board says.
  await page.keyboard.press('Space');
  await expect(page.getByText(`Picked up ${title}`)).toBeAttached();
  await page.keyboard.press('ArrowRight');
  await expect(page.getByText(`${title} is over Waiting`)).toBeAttached();
  await page.keyboard.press('Space');
  await expect
    .poll(async () => (await sam.tasks.get({ id })).status)
    .toBe('waiting');
  await screenshot(page, info, 'board');
  await expectAccessible(page);
  await sam.tasks.delete({ id });
});

test('a viewer sees the board and may change nothing', async ({ page }) => {
  await signInAs(page, 'vic', '/devart/tasks');
  await expect(
    page.getByRole('button', { name: 'Create task' }).first(),
  ).toBeDisabled();
});
