import { type Page, type TestInfo } from '@playwright/test';
import path from 'node:path';

/**
 * Keeps a picture of the page. With UPDATE_SCREENSHOTS=1 it becomes the one that
 * the documentation shows, otherwise it goes where the results of the test go.
 */
export async function screenshot(page: Page, info: TestInfo, name: string) {
  const folder =
    process.env.UPDATE_SCREENSHOTS === '1'
      ? path.resolve(__dirname, '../../docs/images')
      : info.outputDir;
  await page.screenshot({
    path: path.join(folder, `${name}.png`),
    animations: 'disabled',
  });
}
