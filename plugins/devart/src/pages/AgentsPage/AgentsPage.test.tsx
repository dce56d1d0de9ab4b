import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import type { Agent, Role } from '@devart/plugin-devart-common';
import {
  anAgent,
  fakeDevartApi,
  renderPage,
  someone,
} from '../../__testUtils__';
import { AgentsPage } from './AgentsPage';

const KEY = 'dva_the-only-time-it-is-shown';

type Answers = Parameters<typeof fakeDevartApi>[0];

function portal(options: {
  role?: Role;
  agents: () => Agent[];
  more?: Answers['agents'];
}) {
  const { role = 'supervisor', agents, more } = options;
  return fakeDevartApi({
    portal: { me: () => someone(role) },
    agents: {
      list: () => ({ items: agents() }),
      getHalt: () => ({ halted: false }),
      ...more,
    },
  });
}

describe('the agents page', () => {
  it('shows a new key once, and asks before it is gone', async () => {
    const user = userEvent.setup();
    const copied = jest.spyOn(navigator.clipboard, 'writeText');
    let agents: Agent[] = [];
    const fake = portal({
      agents: () => agents,
      more: {
        register: ({ name }) => {
          const agent = anAgent({ name });
          agents = [agent];
          return { agent, key: KEY };
        },
      },
    });
    renderPage(<AgentsPage />, { fake });

    await user.click(
      await screen.findByRole('button', { name: 'Register the first agent' }),
    );
    const form = await screen.findByRole('dialog', {
      name: 'Register an agent',
    });
    const submit = within(form).getByRole('button', { name: 'Register' });
    await user.click(submit);
    expect(
      within(form).getByText('Give the agent a name.'),
    ).toBeInTheDocument();
    await user.type(within(form).getByLabelText(/^Name/), 'reviewer');
    await user.type(
      within(form).getByLabelText('Capabilities'),
      'code-review{Enter}',
    );
    await user.click(submit);

    const shown = await screen.findByRole('dialog', {
      name: 'The key of reviewer',
    });
    expect(
      within(shown).getByRole('region', { name: 'Key' }),
    ).toHaveTextContent(KEY);
    expect(
      within(shown).getByRole('region', { name: 'Start command' }),
    ).toHaveTextContent(KEY);
    await user.click(within(shown).getByRole('button', { name: 'Copy key' }));
    expect(copied).toHaveBeenCalledWith(KEY);

    await user.keyboard('{Escape}');
    expect(within(shown).getByRole('alert')).toHaveTextContent(
      'It will not be shown again',
    );
    await user.click(
      within(shown).getByRole('button', { name: 'I have kept it' }),
    );
    await waitFor(() =>
      expect(screen.queryByRole('dialog')).not.toBeInTheDocument(),
    );
    expect(await screen.findByRole('link', { name: 'reviewer' })).toBeVisible();
    expect(document.body).not.toHaveTextContent(KEY);
  });

  it('asks what becomes of running tasks before it deactivates', async () => {
    const user = userEvent.setup();
    let agent = anAgent({ runningTasks: 1, status: 'busy' });
    const fake = portal({
      agents: () => [agent],
      more: {
        setActivation: ({ active }) => {
          agent = anAgent(
            active ? {} : { activation: 'inactive', status: 'inactive' },
          );
          return agent;
        },
      },
    });
    renderPage(<AgentsPage />, { fake });

    const mayWork = await screen.findByRole('checkbox', {
      name: 'reviewer may work',
    });
    expect(mayWork).toBeChecked();
    await user.click(mayWork);
    const dialog = await screen.findByRole('dialog', {
      name: 'Deactivate reviewer?',
    });
    await user.click(
      within(dialog).getByRole('button', { name: /They go back/ }),
    );
    await user.click(
      await screen.findByRole('option', { name: 'They are cancelled' }),
    );
    await user.click(
      within(dialog).getByRole('button', { name: 'Deactivate' }),
    );

    await waitFor(() => expect(mayWork).not.toBeChecked());
    expect(fake.inputsOf('agents.setActivation')).toEqual([
      { id: agent.id, active: false, runningTasks: 'cancel' },
    ]);
    await user.click(mayWork);
    await waitFor(() => expect(mayWork).toBeChecked());
  });

  it('keeps enrolment tokens from everybody but administrators', async () => {
    const fake = portal({ agents: () => [anAgent()] });
    renderPage(<AgentsPage />, { fake });
    await screen.findByRole('link', { name: 'reviewer' });
    expect(screen.queryByText('Enrolment tokens')).not.toBeInTheDocument();
    expect(fake.inputsOf('agents.listEnrolmentTokens')).toEqual([]);
  });

  it('does not let a viewer change anything', async () => {
    const user = userEvent.setup();
    const fake = portal({ role: 'viewer', agents: () => [anAgent()] });
    renderPage(<AgentsPage />, { fake });
    const mayWork = await screen.findByRole('checkbox', {
      name: 'reviewer may work',
    });
    await waitFor(() =>
      expect(mayWork).toHaveAttribute('aria-disabled', 'true'),
    );
    await user.click(mayWork);
    expect(screen.queryByRole('dialog')).not.toBeInTheDocument();
    expect(
      screen.getByRole('button', { name: 'Register agent' }),
    ).toHaveAttribute('aria-disabled', 'true');
  });
});
