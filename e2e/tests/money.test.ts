import fs from 'node:fs';
import { expect, test } from '@playwright/test';
import {
  createDevartClient,
  decimalOfMicros,
  type DevartClient,
} from '@devart/plugin-devart-common';
import { expectAccessible } from '../lib/accessibility';
import { backendUrl, clientOf } from '../lib/api';
import { signInAs } from '../lib/guests';
import { screenshot } from '../lib/screenshot';

const CENT = 10_000;

/** An agent that pays for a service, each time for another task that it has taken. */
async function payingAgent(sam: DevartClient, service: string) {
  const capability = `paying-${service}`;
  const { agent, key } = await sam.agents.register({
    name: capability,
    capabilities: [capability],
    maxConcurrent: 50,
  });
  const client = createDevartClient({
    baseUrl: `${backendUrl}/api/devart`,
    token: key,
  });
  let uses = 0;
  return {
    id: agent.id,
    pay: async () => {
      uses++;
      await sam.tasks.create({
        title: `Use ${uses} of ${service}`,
        capabilities: [capability],
      });
      const [task] = (await client.agents.claim({ id: agent.id }))!.tasks;
      return client.tasks.dispatch({
        service,
        requestId: `${service}-${uses}`,
        taskId: task.id,
        attempt: task.attempt,
      });
    },
  };
}

test('a cap of five cents turns amber, is used up, is increased and goes on, and everything agrees', async ({
  page,
  request,
}, info) => {
  const name = `translate-${Date.now()}`;
  const title = `Translation ${name}`;
  const sam = await clientOf(request, 'sam');

  await signInAs(page, 'sam', '/devart/budgets');
  await page.getByRole('button', { name: 'Add a service' }).click();
  const form = page.getByRole('dialog', { name: 'Add a service' });
  await form.getByLabel(/^Name/).fill(name);
  await form.getByLabel('Title').fill(title);
  await form.getByLabel('Price of a call').fill('0.01');
  await form.getByLabel(/Budget of each month/).fill('0.05');
  await form.getByLabel('When a budget does not allow a charge').click();
  await page.getByRole('option', { name: /a person is asked/ }).click();
  await form.getByRole('button', { name: 'Add', exact: true }).click();
  const card = page.getByRole('article', { name: title });
  await expect(card.getByText('Active', { exact: true })).toBeVisible();
  await expect(card.getByText('Within its limit')).toBeVisible();

  // Each step shows without loading the page again.
  const agent = await payingAgent(sam, name);
  for (let use = 0; use < 4; use++) {
    expect(await agent.pay()).toMatchObject({
      outcome: 'charged',
      chargedMicros: CENT,
    });
  }
  await expect(card.getByText('Nearly used up')).toBeVisible();
  await screenshot(page, info, 'budgets-amber');
  await agent.pay();
  await expect(card.getByText('Used up', { exact: true })).toBeVisible();
  expect(await agent.pay()).toMatchObject({
    outcome: 'paused',
    suspended: true,
    reason: 'budget',
  });
  await expect(card.getByText('Suspended')).toBeVisible();
  await screenshot(page, info, 'budgets');
  await expectAccessible(page);

  await card.getByRole('button', { name: /^Increase budget/ }).click();
  const dialog = page.getByRole('dialog', { name: /^Increase budget/ });
  await dialog.getByLabel(/^Add/).fill('0.05');
  await dialog.getByLabel(/^Reason/).fill('The release is worth it');
  await expect(dialog.getByRole('status')).toContainText('0.10');
  await screenshot(page, info, 'increase-budget');
  await dialog.getByRole('button', { name: 'Increase', exact: true }).click();
  await expect(card.getByText('Active', { exact: true })).toBeVisible();
  expect(await agent.pay()).toMatchObject({ outcome: 'charged' });

  // The bar, the ledger of the page, its CSV and the control plane say the same.
  const { items } = await sam.services.status({});
  const state = items.find(each => each.name === name)!;
  const spent = 6 * CENT;
  expect(state.budgets[0].window.spentMicros).toBe(spent);
  await expect(card.getByRole('meter')).toHaveAttribute('aria-valuenow', '60');
  await card.getByRole('link', { name: 'Its ledger' }).click();
  const table = page.getByRole('table', { name: 'Ledger' });
  await expect(table.getByRole('row')).toHaveCount(6 + 1);
  await expectAccessible(page);
  await screenshot(page, info, 'ledger');
  const downloading = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Download CSV' }).click();
  const file = await (await downloading).path();
  const lines = fs.readFileSync(file, 'utf8').trim().split(/\r?\n/);
  expect(lines).toHaveLength(6 + 1);
  expect(lines.slice(1).map(line => line.split(',')[0])).toEqual(
    Array.from({ length: 6 }, () => decimalOfMicros(CENT)),
  );

  await page.getByRole('tab', { name: 'Spending' }).click();
  await expect(page.getByRole('table', { name: 'Who spent it' })).toContainText(
    title,
  );
  await expectAccessible(page);
  await screenshot(page, info, 'spending');
  await page.getByRole('tab', { name: 'History' }).click();
  await expect(page.getByText('The release is worth it')).toBeVisible();
  await expectAccessible(page);
});
