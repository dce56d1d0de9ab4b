import { expect, test } from '@playwright/test';
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

for (const colorScheme of ['light', 'dark'] as const) {
  for (const width of [1280, 400]) {
    test(`the pages are accessible and fit at ${width} pixels in ${colorScheme}`, async ({
      browser,
    }, info) => {
      // Every page is loaded anew, by hand even from a development server.
      test.setTimeout(400_000);
      const context = await browser.newContext({
        colorScheme,
        viewport: { width, height: 900 },
      });
      const page = await context.newPage();
      await signInAs(page, 'sam');
      for (const [name, path, heading] of PAGES) {
        await page.goto(path);
        await expect(
          page.getByRole('heading', { name: heading, level: 1 }),
        ).toBeVisible();
        await expect(page.getByRole('progressbar')).toHaveCount(0);
        await screenshot(
          page,
          info,
          `${name}${width < 1280 ? '-narrow' : ''}${colorScheme === 'dark' ? '-dark' : ''}`,
        );
        await expectAccessible(page);
        const overflow = await page.evaluate(
          () =>
            document.documentElement.scrollWidth -
            document.documentElement.clientWidth,
        );
        expect([path, overflow]).toEqual([path, 0]);
      }
      await context.close();
    });
  }
}
