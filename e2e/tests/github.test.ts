import { expect, test } from '@playwright/test';
import { backendUrl, clientOf } from '../lib/api';
import { signInAs } from '../lib/guests';
import { TestRepository } from '../lib/repository';
import { screenshot } from '../lib/screenshot';

const REPOSITORY = 'octo-org/shop';
const NUMBER = 12;
const githubUrl = process.env.DEVART_E2E_GITHUB_URL;

/** Tells the stand-in for GitHub what to do. */
async function github<T>(method: string, ...args: unknown[]): Promise<T> {
  const response = await fetch(`${githubUrl}/${method}`, {
    method: 'POST',
    body: JSON.stringify(args),
  });
  const answer = await response.json();
  if (!response.ok) {
    throw new Error(`${method}: ${answer.error}`);
  }
  return answer;
}

interface CheckRun {
  status: string;
  conclusion: string | null;
  output: { title: string };
}

test('a pull request is reviewed by the agent, and GitHub shows it', async ({
  page,
  request,
}, info) => {
  test.skip(!githubUrl, 'needs the stand-in for GitHub that script/test runs');
  const repository = new TestRepository();
  repository.commit('First', { 'src/shop.js': 'export const open = true;\n' });
  repository.commit('Break it', {
    'src/shop.js':
      'export const open = true;\nexport const prices = { tea: 1, tea: 2 };\n',
    'settings.json': '{ "tax": 7, }\n',
  });
  await github('addRepository', {
    fullName: REPOSITORY,
    cloneFrom: repository.folder,
  });
  await github('openPullRequest', {
    repository: REPOSITORY,
    number: NUMBER,
    base: 'HEAD~1',
    head: 'HEAD',
  });
  const payload = await github('pullRequestPayload', {
    repository: REPOSITORY,
    number: NUMBER,
    action: 'opened',
  });
  const unsigned = await request.post(
    `${backendUrl}/api/devart/webhooks/github`,
    { data: payload as object },
  );
  expect(unsigned.status()).toBe(401);
  await github('deliver', {
    url: `${backendUrl}/api/devart/webhooks/github`,
    event: 'pull_request',
    payload,
  });

  await expect
    .poll(() => github<CheckRun[]>('checkRuns', REPOSITORY), {
      timeout: 45_000,
    })
    .toEqual([
      expect.objectContaining({ status: 'completed', conclusion: 'failure' }),
    ]);
  await expect
    .poll(() => github<object[]>('comments', REPOSITORY, NUMBER))
    .toHaveLength(1);

  const sam = await clientOf(request, 'sam');
  const { items } = await sam.reviews.list({ repository: REPOSITORY });
  expect(items).toHaveLength(1);
  await signInAs(page, 'sam', `/devart/tasks/${items[0].taskId}`);
  await expect(page.getByText('no-dupe-keys').first()).toBeVisible();
  await expect(page.getByText('settings.json').first()).toBeVisible();
  await screenshot(page, info, 'task');
  repository.remove();
});
