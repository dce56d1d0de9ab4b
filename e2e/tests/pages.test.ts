import { expect, test, type Page } from '@playwright/test';
import { expectAccessible } from '../lib/accessibility';
import { signInAs } from '../lib/guests';
import { screenshot } from '../lib/screenshot';

const PAGES = [
  ['command-centre', '/devart', 'Command centre'],
  ['tasks', '/devart/tasks', 'Tasks'],
  ['reviews', '/devart/reviews', 'Reviews'],
  ['agents', '/devart/agents', 'Agents'],
  ['workflows', '/devart/workflows', 'Workflows'],
  ['runs', '/devart/runs', 'Runs'],
  ['approvals', '/devart/approvals', 'Approvals'],
  ['budgets', '/devart/budgets', 'Budgets'],
  ['spending', '/devart/budgets?view=spend', 'Budgets'],
  ['ledger', '/devart/budgets?view=ledger', 'Budgets'],
  ['budget-history', '/devart/budgets?view=history', 'Budgets'],
  ['analytics', '/devart/analytics', 'Analytics'],
  ['analytics-services', '/devart/analytics?view=services', 'Analytics'],
  ['audit', '/devart/audit', 'Audit trail'],
] as const;

const LOOKS = (['light', 'dark'] as const).flatMap(colorScheme =>
  [1280, 400].map(width => ({
    colorScheme,
    width,
    suffix: `${width < 1280 ? '-narrow' : ''}${colorScheme === 'dark' ? '-dark' : ''}`,
  })),
);

test.describe('the pages are accessible and fit, wide and narrow, in light and dark', () => {
  let page: Page;

  test.beforeAll(async ({ browser }) => {
    page = await browser.newPage();
    await signInAs(page, 'sam');
  });

  test.afterAll(async () => {
    await page.close();
  });

  for (const [name, path, heading] of PAGES) {
    test(name, async ({}, info) => {
      const change = async ({ colorScheme, width }: (typeof LOOKS)[number]) => {
        await page.emulateMedia({ colorScheme });
        await page.setViewportSize({ width, height: 900 });
      };
      // A page that is being loaded would not hear of it.
      await change(LOOKS[0]);
      await page.goto(path);
      // Colours are looked at, not their way to one another.
      await page.addStyleTag({
        content: '*, *::before, *::after { transition: none !important; }',
      });
      for (const look of LOOKS) {
        const { colorScheme, width, suffix } = look;
        await expect(
          page.getByRole('heading', { name: heading, level: 1 }),
        ).toBeVisible();
        await expect(page.getByRole('progressbar')).toHaveCount(0);
        await change(look);
        await expect
          .poll(() => page.evaluate(() => document.body.dataset.themeMode))
          .toBe(colorScheme);
        // Styles, tables and charts follow a moment later.
        await expect(() => expectAccessible(page)).toPass({ timeout: 20_000 });
        await expect
          .poll(
            () =>
              page.evaluate(
                () =>
                  document.documentElement.scrollWidth -
                  document.documentElement.clientWidth,
              ),
            { message: `${path} at ${width} pixels` },
          )
          .toBe(0);
        await screenshot(page, info, `${name}${suffix}`);
      }
    });
  }
});
