import type { Role } from '@devart/plugin-devart-common';
import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import {
  aBudget,
  anEntry,
  aServiceState,
  fakeDevartApi,
  refusal,
  renderPage,
  someone,
  someServices,
  uuid,
} from '../../__testUtils__';
import { BudgetsPage } from './BudgetsPage';

type Answers = Parameters<typeof fakeDevartApi>[0];

function portal(answers: Answers & { role?: Role } = {}) {
  const { role = 'supervisor', ...rest } = answers;
  return fakeDevartApi({
    portal: { me: () => someone(role) },
    gateway: { status: () => ({ upstreams: [], isRecording: false }) },
    agents: { list: () => ({ items: [] }) },
    workflows: { list: () => ({ items: [] }) },
    ...rest,
    services: {
      status: () => someServices(),
      list: () => ({ items: [] }),
      ...rest.services,
    },
    budgets: { list: () => ({ items: [] }), ...rest.budgets },
  });
}

describe('the budgets page', () => {
  it('says plainly that nothing and no model is configured', async () => {
    renderPage(<BudgetsPage />, { fake: portal() });
    expect(
      await screen.findByText(/No model is configured/),
    ).toBeInTheDocument();
    expect(
      screen.getByText('Nothing that costs money is known yet'),
    ).toBeInTheDocument();
    expect(await screen.findByText('No budget is set')).toBeInTheDocument();
  });

  it('tells how budgets stand in words too, and what a viewer may not do', async () => {
    const fake = portal({
      role: 'viewer',
      services: {
        status: () =>
          someServices(
            aServiceState({
              status: 'suspended',
              budgets: [
                aBudget({
                  limitMicros: 50_000,
                  spentMicros: 45_000,
                  reservedMicros: 5000,
                }),
              ],
            }),
            aServiceState({ id: uuid(811), title: 'Maps', budgets: [] }),
            aServiceState({
              id: uuid(812),
              title: 'Old maps',
              status: 'inactive',
              absentSince: '2026-01-02T03:04:05.000Z',
              budgets: [],
            }),
          ),
      },
      budgets: {
        list: () => ({
          items: [
            aBudget({ id: uuid(801), spentMicros: 4_100_000 }),
            aBudget({
              id: uuid(802),
              scopeKind: 'agent',
              scopeRef: uuid(100),
              scopeName: 'reviewer',
              limitMicros: 0,
            }),
            aBudget({
              id: uuid(803),
              scopeKind: 'team',
              scopeRef: 'group:default/shop',
              scopeName: 'Shop team',
              limitMicros: undefined,
              spentMicros: 2_000_000,
            }),
          ],
        }),
      },
    });
    renderPage(<BudgetsPage />, { fake });

    const service = await screen.findByRole('article', { name: /Translation/ });
    expect(within(service).getByText('Suspended')).toBeInTheDocument();
    expect(within(service).getByText('Used up')).toBeInTheDocument();
    expect(within(service).getByRole('meter')).toHaveAttribute(
      'aria-valuetext',
      '€0.045 spent and €0.005 held back of €0.05',
    );
    expect(
      within(service).getByRole('button', { name: /Increase budget/ }),
    ).toHaveAttribute('aria-disabled', 'true');
    expect(
      within(screen.getByRole('article', { name: /^Maps/ })).getByText(
        /unlimited/,
      ),
    ).toBeInTheDocument();

    const absent = screen.getByRole('article', { name: /^Old maps/ });
    expect(absent).toHaveTextContent('No longer in the configuration');
    expect(absent).toHaveTextContent(/its budgets and its ledger stay/);

    const whole = await screen.findByRole('article', { name: 'Organisation' });
    expect(within(whole).getByText('Nearly used up')).toBeInTheDocument();
    const agent = screen.getByRole('article', { name: 'Agent reviewer' });
    expect(within(agent).getByText('Blocked')).toBeInTheDocument();
    const team = screen.getByRole('article', { name: 'Team Shop team' });
    expect(team).toHaveTextContent('spent, unlimited');
    expect(within(team).queryByRole('meter')).toBeNull();
  });

  it('increases a budget with a reason, and says what it becomes', async () => {
    const user = userEvent.setup();
    const budget = aBudget({ limitMicros: 50_000, spentMicros: 50_000 });
    let refused = false;
    const fake = portal({
      services: {
        status: () =>
          someServices(
            aServiceState({ status: 'suspended', budgets: [budget] }),
          ),
        increaseBudget: () => {
          if (!refused) {
            refused = true;
            throw refusal(400, 'Invalid input', [
              { field: 'amountMicros', problem: 'must be less' },
            ]);
          }
          const { onExhausted, ...state } = aServiceState();
          return {
            ...state,
            onExhausted,
            description: '',
            managedBy: 'api',
            prices: {},
            isActive: true,
            createdBy: 'user:default/sam',
            createdAt: '2026-01-02T03:04:05.000Z',
            updatedAt: '2026-01-02T03:04:05.000Z',
          };
        },
      },
    });
    renderPage(<BudgetsPage />, { fake });

    const open = await screen.findByRole('button', {
      name: 'Increase budget of Translation',
    });
    await waitFor(() => expect(open).not.toHaveAttribute('aria-disabled'));
    await user.click(open);
    const dialog = await screen.findByRole('dialog', {
      name: 'Increase budget of Translation',
    });
    const submit = within(dialog).getByRole('button', { name: 'Increase' });
    await user.click(submit);
    expect(within(dialog).getByText(/Give an amount/)).toBeInTheDocument();
    expect(within(dialog).getByText(/Say why/)).toBeInTheDocument();

    await user.type(within(dialog).getByLabelText(/^Add/), '0.10');
    expect(within(dialog).getByRole('status')).toHaveTextContent(
      '€0.05 becomes €0.15. Then €0.10 are left.',
    );
    await user.type(within(dialog).getByLabelText(/^Reason/), 'More to do');
    await user.click(submit);
    expect(
      await within(dialog).findByText('Must be less.'),
    ).toBeInTheDocument();
    await user.click(submit);
    await waitFor(() =>
      expect(screen.queryByRole('dialog')).not.toBeInTheDocument(),
    );
    expect(fake.inputsOf('services.increaseBudget').at(-1)).toEqual({
      id: uuid(810),
      amountMicros: 100_000,
      period: 'month',
      reason: 'More to do',
      ifVersion: budget.version,
    });
  });

  it('spreads a hot budget over rows, and says what is wrong beside the field', async () => {
    const user = userEvent.setup();
    let budget = { ...aBudget(), shards: 2 };
    let isRefused = true;
    const fake = portal({
      budgets: {
        list: () => ({ items: [budget] }),
        create: () => budget,
        update: ({ shards }) => {
          if (isRefused) {
            isRefused = false;
            throw refusal(400, 'Invalid input', [
              { field: 'shards', problem: 'must be less' },
            ]);
          }
          budget = { ...budget, shards: Number(shards) };
          return budget;
        },
      },
    });
    renderPage(<BudgetsPage />, { fake });
    const card = await screen.findByRole('article', { name: 'Organisation' });
    await user.click(
      within(card).getByRole('button', { name: /^Actions for the budget/ }),
    );
    await user.click(await screen.findByRole('menuitem', { name: /Change/ }));
    const dialog = await screen.findByRole('dialog');
    const rows = within(dialog).getByRole('spinbutton', { name: /^Rows/ });
    expect(rows).toBeVisible();
    expect(rows).toHaveValue(2);
    await user.type(within(dialog).getByLabelText(/^Reason/), 'Very hot');
    const save = within(dialog).getByRole('button', { name: 'Save' });
    for (const [typed, problem] of [
      ['65', 'Must be a whole number from 1 to 64.'],
      ['2.5', 'Must be a whole number from 1 to 64.'],
      ['16', 'Must be less.'],
    ]) {
      await user.clear(rows);
      await user.type(rows, typed);
      await user.click(save);
      await waitFor(() => expect(rows).toHaveAccessibleDescription(problem));
    }
    await user.click(save);
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    expect(fake.inputsOf('budgets.update').at(-1)).toMatchObject({
      id: budget.id,
      shards: 16,
      limitMicros: budget.limitMicros,
    });

    await user.click(screen.getByRole('button', { name: 'Set a budget' }));
    const setting = await screen.findByRole('dialog');
    await user.type(within(setting).getByLabelText(/^Limit/), '5');
    await user.type(within(setting).getByLabelText(/^Reason/), 'To try');
    await user.click(within(setting).getByText('Advanced'));
    const fresh = within(setting).getByRole('spinbutton', { name: /^Rows/ });
    expect(fresh).toHaveAccessibleDescription(/so hot that/);
    await user.clear(fresh);
    await user.type(fresh, '8');
    await user.click(within(setting).getByRole('button', { name: 'Set' }));
    await waitFor(() =>
      expect(fake.inputsOf('budgets.create')).toEqual([
        {
          scopeKind: 'organization',
          period: 'month',
          limitMicros: 5_000_000,
          shards: 8,
          reason: 'To try',
        },
      ]),
    );
  });

  it('narrows the ledger, marks suspense and saves the same entries as CSV', async () => {
    const user = userEvent.setup();
    const saved: Blob[] = [];
    URL.createObjectURL = blob => {
      saved.push(blob as Blob);
      return 'blob:ledger';
    };
    URL.revokeObjectURL = () => {};
    const fake = portal({
      role: 'admin',
      ledger: {
        list: () => ({ items: [anEntry({ kind: 'suspense' })] }),
        export: () =>
          (async function* csv() {
            yield 'at,amount\n';
            yield '2026-01-02,0.012345\n';
          })(),
      },
    });
    renderPage(<BudgetsPage />, {
      fake,
      at: `/devart?view=ledger&serviceId=${uuid(810)}&kind=suspense&taskId=half`,
    });

    const table = await screen.findByRole('table', { name: 'Ledger' });
    expect(within(table).getByText('In suspense')).toBeInTheDocument();
    const amount = within(table).getByText('€0.012');
    // Read out where it stands, shown to whoever comes by with the mouse or the keyboard.
    expect(
      within(table).getByRole('cell', {
        name: /€0\.012\s*, exactly €0\.012345/,
      }),
    ).toContainElement(amount);
    await user.hover(amount);
    expect(await screen.findByRole('tooltip')).toHaveTextContent('€0.012345');
    await user.unhover(amount);
    await waitFor(() => expect(screen.queryByRole('tooltip')).toBeNull());
    // Unlike browsers, jsdom knows of a focus by keyboard only now and then.
    const matches = amount.matches.bind(amount);
    amount.matches = (selector: string) =>
      selector === ':focus-visible'
        ? document.activeElement === amount
        : matches(selector);
    for (let steps = 0; document.activeElement !== amount; steps++) {
      expect(steps).toBeLessThan(100);
      await user.tab();
    }
    expect(await screen.findByRole('tooltip')).toHaveTextContent('€0.012345');
    expect(amount).toHaveAccessibleDescription('€0.012345');

    await user.click(screen.getByRole('button', { name: 'Download CSV' }));
    await waitFor(() => expect(saved).toHaveLength(1));
    const narrowed = { serviceId: uuid(810), kind: ['suspense'] };
    expect(fake.inputsOf('ledger.export')).toEqual([narrowed]);
    expect(fake.inputsOf('ledger.list')[0]).toMatchObject(narrowed);
    expect(fake.inputsOf('ledger.list')[0]).not.toHaveProperty('taskId');
  });
});
