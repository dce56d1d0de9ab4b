import { expect, test } from '@playwright/test';
import { guests, signInAs, type GuestName } from '../lib/guests';
import { screenshot } from '../lib/screenshot';

for (const guest of Object.keys(guests) as GuestName[]) {
  const { name, fullName, role } = guests[guest];

  test(`${name}, the ${role}, signs in and sees the catalog`, async ({
    page,
  }, info) => {
    await signInAs(page, guest, '/catalog?filters[user]=all');

    await expect(
      page.getByRole('link', { name: 'storefront', exact: true }),
    ).toBeVisible();
    await screenshot(page, info, `catalog-${guest}`);

    await page.goto('/settings');
    await expect(page.getByText(fullName).first()).toBeVisible();
  });
}

test('nobody signs in as somebody who is not listed', async ({ request }) => {
  const backend = process.env.DEVART_E2E_BACKEND_URL ?? 'http://localhost:7007';
  const asGuest = (ref: string) =>
    request.get(`${backend}/api/auth/guests/refresh`, {
      headers: { 'x-devart-guest': ref },
    });

  expect((await asGuest('user:default/ada')).status()).toBe(200);
  expect((await asGuest('user:default/mallory')).status()).toBe(403);
  expect((await asGuest('group:default/platform-admins')).status()).toBe(403);
  expect((await asGuest('::')).status()).toBe(400);
});

test('signing in leads to the page that was asked for', async ({ page }) => {
  await signInAs(page, 'sam', '/catalog/default/component/orders');

  await expect(page).toHaveURL(/\/catalog\/default\/component\/orders/);
  await expect(page.getByRole('heading', { name: /orders/ })).toBeVisible();
});

test('the keyboard is enough to sign in, and a reload keeps the person', async ({
  page,
}, info) => {
  await page.goto('/');
  const vic = page.getByRole('button', { name: 'Vic' });
  await expect(vic).toBeVisible();
  await screenshot(page, info, 'sign-in');
  while (!(await vic.evaluate(button => button === document.activeElement))) {
    await page.keyboard.press('Tab');
  }
  await page.keyboard.press('Enter');
  await expect(page.getByText('First steps')).toBeVisible();
  await screenshot(page, info, 'home');

  await page.reload();
  await expect(page.getByText('First steps')).toBeVisible();
});

test('signing out asks again who to be', async ({ page }) => {
  await signInAs(page, 'ada', '/settings');

  await page.getByTestId('user-settings-menu').click();
  await page.getByRole('menuitem', { name: 'Sign Out' }).click();

  await expect(page.getByRole('button', { name: 'Ada' })).toBeVisible();
});

test('the dark theme can be chosen', async ({ page }, info) => {
  await signInAs(page, 'ada', '/settings');

  await page.getByRole('button', { name: 'Dark', exact: false }).click();

  await expect(page.locator('body')).toHaveAttribute('data-theme-mode', 'dark');
  await page.goto('/');
  await expect(page.getByText('First steps')).toBeVisible();
  await screenshot(page, info, 'home-dark');
});
