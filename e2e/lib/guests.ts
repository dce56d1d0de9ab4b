import { expect, type Page } from '@playwright/test';

/** The people of examples/org.yaml who may sign in while developing. */
export const guests = {
  ada: { name: 'Ada', fullName: 'Ada Okafor', role: 'admin' },
  sam: { name: 'Sam', fullName: 'Sam Lindqvist', role: 'supervisor' },
  vic: { name: 'Vic', fullName: 'Vic Moreau', role: 'viewer' },
} as const;

export type GuestName = keyof typeof guests;

/** Opens a page of the portal as one of the guests. */
export async function signInAs(page: Page, guest: GuestName, path = '/') {
  await page.goto(path);
  await page.getByRole('button', { name: guests[guest].name }).click();
  await expect(page.getByText('Who do you want to be?')).toBeHidden();
  // The sidebar, or what stands for it on a narrow screen.
  await expect(page.getByRole('navigation').first()).toBeAttached();
}
