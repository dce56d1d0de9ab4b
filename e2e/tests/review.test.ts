import { expect, test } from '@playwright/test';
import { signInAs } from '../lib/guests';
import { screenshot } from '../lib/screenshot';

test('the template reviews the newest commit of this repository, offline', async ({
  page,
}, info) => {
  test.setTimeout(180_000);
  await signInAs(page, 'sam', '/create/templates/default/review-a-change');
  await page.getByRole('button', { name: 'Next' }).click();
  await screenshot(page, info, 'template');
  await page.getByRole('button', { name: 'Review', exact: true }).click();
  await page.getByRole('button', { name: 'Create', exact: true }).click();

  const link = page.getByRole('link', {
    name: 'Open the task with its findings',
  });
  await expect(link).toBeVisible({ timeout: 150_000 });
  await screenshot(page, info, 'template-outcome');
  await link.click();
  await expect(page.getByText('Succeeded').first()).toBeVisible();
});

test('a viewer may not run the template', async ({ page }) => {
  await signInAs(page, 'vic', '/create/templates/default/review-a-change');
  await page.getByRole('button', { name: 'Next' }).click();
  await page.getByRole('button', { name: 'Review', exact: true }).click();
  await page.getByRole('button', { name: 'Create', exact: true }).click();
  await expect(
    page.getByText(/not allowed|Forbidden|Unauthorized/i).first(),
  ).toBeVisible();
  await expect(page).not.toHaveURL(/\/create\/tasks\//);
});
