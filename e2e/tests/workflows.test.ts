import { expect, test } from '@playwright/test';
import { expectAccessible } from '../lib/accessibility';
import { clientOf } from '../lib/api';
import { signInAs } from '../lib/guests';
import { screenshot } from '../lib/screenshot';

test('a service is tested, approved by somebody else, deployed and verified, offline', async ({
  page,
  browser,
  request,
}, info) => {
  test.setTimeout(300_000);
  const sam = await clientOf(request, 'sam');
  const find = async () =>
    (await sam.workflows.list({ text: 'release' })).items.find(
      ({ name }) => name === 'release-with-approval',
    );
  // Files of the catalog are read a moment after the start.
  await expect.poll(find, { timeout: 60_000 }).toBeDefined();
  const workflow = (await find())!;

  await signInAs(page, 'sam', `/devart/workflows/${workflow.id}`);
  await expect(
    page.getByRole('heading', { name: workflow.title, level: 1 }),
  ).toBeVisible();
  await screenshot(page, info, 'workflow');
  await expectAccessible(page);

  await page.getByRole('button', { name: 'Run workflow' }).first().click();
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByLabel('Target')).toHaveValue('hello-service');
  await dialog.getByLabel('Seconds for which it is measured').fill('1');
  await dialog.getByRole('button', { name: 'Start the run' }).click();
  await expect(page).toHaveURL(/\/devart\/runs\/[0-9a-f-]+/);
  const runId = page.url().match(/runs\/([0-9a-f-]+)/)![1];
  await expect
    .poll(async () => (await sam.runs.get({ id: runId })).waitingFor, {
      timeout: 120_000,
    })
    .toMatch(/approv|decision|agree/i);
  await screenshot(page, info, 'run-waiting');

  // Sam asked for it, so that Sam may not decide.
  const [approval] = (await sam.approvals.list({ runId })).items;
  expect(approval.mayDecide).toBe(false);
  const context = await browser.newContext();
  const hers = await context.newPage();
  await signInAs(hers, 'ada', '/devart/approvals');
  await hers.getByRole('link', { name: approval.title }).first().click();
  await expect(
    hers.getByRole('region', { name: 'Exactly what will be done' }),
  ).toContainText('hello-service serves this commit');
  await screenshot(hers, info, 'approval');
  await expectAccessible(hers);
  await hers.getByRole('button', { name: 'Approve', exact: true }).click();
  await hers
    .getByRole('dialog')
    .getByRole('button', { name: 'Approve', exact: true })
    .click();
  await expect(hers.getByRole('status', { name: 'State' })).toContainText(
    /approved/i,
  );
  await context.close();

  await expect
    .poll(async () => (await sam.runs.get({ id: runId })).status, {
      timeout: 150_000,
    })
    .toBe('succeeded');
  // The page that was open all the while has heard of it.
  await expect(page.getByText('Succeeded').first()).toBeVisible();
  await screenshot(page, info, 'run');
  await expectAccessible(page);
});
