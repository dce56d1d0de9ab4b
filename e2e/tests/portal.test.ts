import { expect, test } from '@playwright/test';
import { expectAccessible } from '../lib/accessibility';
import { backendUrl } from '../lib/api';
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
  const asGuest = (ref: string) =>
    request.get(`${backendUrl}/api/auth/guests/refresh`, {
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

test('a reload while the portal is away goes on where it was once it is back', async ({
  page,
}, info) => {
  await signInAs(page, 'sam', '/devart/agents?status=idle');
  const heading = page.getByRole('heading', { name: 'Agents', level: 1 });
  await expect(heading).toBeVisible();

  await page.route(`${backendUrl}/api/**`, route =>
    route.abort('connectionrefused'),
  );
  await page.reload();
  await expect(
    page.getByRole('heading', { name: 'The portal cannot be reached' }),
  ).toBeVisible();
  await expectAccessible(page);
  await screenshot(page, info, 'away');

  // A back end that is starting knows none of its plugins yet.
  await page.unroute(`${backendUrl}/api/**`);
  await page.route(`${backendUrl}/api/**`, route =>
    route.fulfill({
      status: 404,
      headers: { 'access-control-allow-origin': '*' },
    }),
  );
  await page.getByRole('button', { name: 'Try again now' }).click();
  await page.waitForResponse(response => response.status() === 404);
  await expect(
    page.getByRole('heading', { name: 'The portal cannot be reached' }),
  ).toBeVisible();

  await page.unroute(`${backendUrl}/api/**`);
  await expect(heading).toBeVisible();
  await expect(page).toHaveURL(/\/devart\/agents\?status=idle$/);
});

for (const colorScheme of ['light', 'dark'] as const) {
  test(`a refused sign-in can be read in ${colorScheme}, and tried again`, async ({
    browser,
  }) => {
    const context = await browser.newContext({ colorScheme });
    const page = await context.newPage();
    const url = `${backendUrl}/api/auth/guests/refresh`;
    await page.route(url, route =>
      route.fulfill({
        status: 403,
        headers: {
          'access-control-allow-origin': new URL(page.url()).origin,
          'access-control-allow-credentials': 'true',
        },
        json: {
          error: { name: 'NotAllowedError', message: 'Sam is on holiday' },
          response: { statusCode: 403 },
        },
      }),
    );
    await page.goto('/');
    await page.getByRole('button', { name: 'Sam' }).click();
    await expect(page.getByRole('alert')).toContainText('Sam is on holiday');
    await expectAccessible(page);

    await page.unroute(url);
    await page.getByRole('button', { name: 'Sam' }).click();
    await expect(page.getByText('First steps')).toBeVisible();
    await context.close();
  });
}

test('the development server shows the portal too', async ({ page }) => {
  // Its first page takes a while: thousands of modules come one by one.
  const url = process.env.DEVART_E2E_DEVELOPMENT_URL ?? '';
  await signInAs(page, 'sam', `${url}/devart`);
  await expect(
    page.getByRole('heading', { name: 'Command centre', level: 1 }),
  ).toBeVisible();
});

test('the first steps lead to a review in one click', async ({ page }) => {
  await signInAs(page, 'sam');
  await page
    .getByRole('link', { name: 'Let an agent review a change' })
    .click();
  await expect(
    page.getByRole('heading', { name: 'Review a change' }).first(),
  ).toBeVisible();
  await expect(page.getByRole('button', { name: 'Next' })).toBeVisible();
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
