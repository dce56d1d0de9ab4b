import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import type { Role } from '@devart/plugin-devart-common';
import {
  aRun,
  aVersion,
  aWorkflow,
  fakeDevartApi,
  refusal,
  renderPage,
  someone,
  uuid,
} from '../../__testUtils__';
import { WorkflowPage } from './WorkflowPage';

const SECRET = 'whs_the-only-time-it-is-shown';

type Answers = NonNullable<Parameters<typeof fakeDevartApi>[0]['workflows']>;

function portal(options: { role?: Role; workflows?: Answers } = {}) {
  const { role = 'supervisor', workflows } = options;
  const { publishedAt, publishedBy } = aVersion();
  return fakeDevartApi({
    portal: { me: () => someone(role) },
    agents: {
      list: () => ({ items: [] }),
      getHalt: () => ({ halted: false }),
    },
    runs: {
      list: () => ({
        items: [aRun({ waitingFor: 'An approval: Release the shop' })],
      }),
    },
    workflows: {
      get: () =>
        aWorkflow({
          triggers: [
            {
              type: 'schedule',
              description: '0 6 * * 1 (Europe/Berlin)',
              nextAt: '2126-01-02T03:04:05.000Z',
              lastError: 'The parameter region is missing',
            },
          ],
        }),
      webhooks: () => ({ items: [] }),
      versions: () => ({
        items: ['1.1.0', '1.0.0'].map(version => ({
          version,
          publishedAt,
          publishedBy,
          runs: 3,
        })),
      }),
      version: ({ version }) => aVersion({ version }),
      diff: ({ from, to }) => ({
        from,
        to,
        steps: [
          { id: 'ask', change: 'added', fields: [] },
          { id: 'release', change: 'changed', fields: ['needs'] },
        ],
        fields: ['parameters'],
        lines: [
          ...Array.from({ length: 20 }, () => ({
            kind: 'same' as const,
            text: 'same',
          })),
          { kind: 'removed', text: '    needs: [build]' },
          { kind: 'added', text: '    needs: [ask]' },
        ],
      }),
      ...workflows,
    },
  });
}

function open(fake: ReturnType<typeof portal>) {
  renderPage(<WorkflowPage />, {
    fake,
    at: `/devart/workflows/${uuid(400)}`,
    // Wherever it leads, the address stays in sight.
    mountPath: '/devart/:area/:workflowId',
  });
}

describe('the workflow page', () => {
  beforeEach(() => localStorage.setItem('devart.steps', 'list'));
  afterEach(() => localStorage.clear());

  it('shows what starts it, how its runs stand and what changed between versions', async () => {
    open(portal());
    expect(
      await screen.findByRole('heading', {
        level: 1,
        name: 'Release with approval',
      }),
    ).toBeInTheDocument();
    expect(screen.getByRole('list', { name: 'Triggers' })).toHaveTextContent(
      /0 6 \* \* 1 \(Europe\/Berlin\).*The parameter region is missing/,
    );
    expect(
      await screen.findByRole('table', { name: 'Runs' }),
    ).toHaveTextContent('WaitingAn approval: Release the shop');
    expect(
      await screen.findByRole('list', { name: 'What changed' }),
    ).toHaveTextContent(
      'Added: step askChanged: step release (needs)Changed: parameters',
    );
    expect(
      screen.getByRole('region', { name: 'Lines from 1.0.0 to 1.1.0' }),
    ).toHaveTextContent(
      /… 17 lines the same.*- needs: \[build\].*\+ needs: \[ask\]/,
    );
  });

  it('runs a chosen version, and shows beside the field what the control plane refuses', async () => {
    const user = userEvent.setup();
    let isOpen = false;
    const fake = portal({
      workflows: {
        trigger: () => {
          if (isOpen) {
            return aRun({ id: uuid(501) });
          }
          isOpen = true;
          throw refusal(400, 'parameters.region: is closed', [
            { field: 'parameters.region', problem: 'is closed this week' },
          ]);
        },
      },
    });
    open(fake);
    await user.click(
      await screen.findByRole('button', { name: 'Run workflow' }),
    );
    const dialog = await screen.findByRole('dialog', {
      name: 'Run Release with approval',
    });
    const submit = within(dialog).getByRole('button', {
      name: 'Start the run',
    });
    const region = await within(dialog).findByLabelText(/^Region/);
    expect(within(dialog).getByLabelText(/^Copies/)).toHaveValue(2);

    // What is missing never leaves the browser.
    await user.click(submit);
    await within(dialog).findByText(/must have required property/i);
    expect(region).toHaveFocus();
    expect(fake.inputsOf('workflows.trigger')).toEqual([]);

    await user.type(region, 'north');
    await user.click(within(dialog).getByRole('button', { name: /^Version/ }));
    await user.click(await screen.findByRole('option', { name: '1.0.0' }));
    await user.type(await within(dialog).findByLabelText(/^Region/), 'west');
    await user.click(submit);
    expect(
      await within(dialog).findByText('is closed this week'),
    ).toBeInTheDocument();

    const again = within(dialog).getByLabelText(/^Region/);
    await user.clear(again);
    await user.type(again, 'east');
    expect(within(dialog).queryByText('is closed this week')).toBeNull();
    await user.click(submit);
    await waitFor(() =>
      expect(screen.getByLabelText('Address')).toHaveTextContent(
        `/devart/runs/${uuid(501)}`,
      ),
    );
    const [first, second] = fake.inputsOf('workflows.trigger');
    expect(first).toMatchObject({
      version: '1.0.0',
      parameters: { region: 'west', copies: 2 },
    });
    expect(second).toMatchObject({ parameters: { region: 'east', copies: 2 } });
    expect(second.idempotencyKey).not.toBe(first.idempotencyKey);
  });

  it('shows the secret of a webhook once', async () => {
    const user = userEvent.setup();
    const fake = portal({
      workflows: {
        createWebhook: ({ name }) => ({
          secret: SECRET,
          webhook: {
            id: uuid(800),
            name,
            path: '/api/devart/hooks/1',
            createdBy: 'user:default/sam',
            createdAt: '2026-01-02T03:04:05.000Z',
          },
        }),
      },
    });
    open(fake);
    await user.click(
      await screen.findByRole('button', { name: 'Add webhook' }),
    );
    const form = await screen.findByRole('dialog', { name: 'Add a webhook' });
    await user.type(within(form).getByLabelText(/^Name/), 'shop system');
    await user.click(within(form).getByRole('button', { name: 'Create' }));
    const shown = await screen.findByRole('dialog', {
      name: 'The secret of shop system',
    });
    expect(
      within(shown).getByRole('region', { name: 'Secret' }),
    ).toHaveTextContent(SECRET);
    expect(
      within(shown).getByRole('region', { name: 'Address' }),
    ).toHaveTextContent('http://portal.example.com/api/devart/hooks/1');
    await user.click(within(shown).getByRole('button', { name: 'Close' }));
    await user.click(
      within(shown).getByRole('button', { name: 'I have kept it' }),
    );
    await waitFor(() => expect(document.body).not.toHaveTextContent(SECRET));
  });

  it('lets a viewer look but change nothing', async () => {
    open(portal({ role: 'viewer' }));
    for (const name of ['Run workflow', 'Publish new version', 'Add webhook']) {
      const button = await screen.findByRole('button', { name });
      await waitFor(() =>
        expect(button).toHaveAttribute('aria-disabled', 'true'),
      );
    }
  });
});
