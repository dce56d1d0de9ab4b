import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { BOARD_COLUMNS, type Role } from '@devart/plugin-devart-common';
import {
  aBoard,
  anAgent,
  aTask,
  fakeDevartApi,
  refusal,
  renderPage,
  someone,
  uuid,
} from '../../__testUtils__';
import { TasksPage } from './TasksPage';

type Answers = Parameters<typeof fakeDevartApi>[0];

function portal(answers: Answers['tasks'], role: Role = 'supervisor') {
  return fakeDevartApi({
    portal: { me: () => someone(role) },
    agents: {
      list: () => ({ items: [anAgent()] }),
      getHalt: () => ({ halted: false }),
    },
    tasks: answers,
  });
}

const column = (name: string) => screen.getByRole('region', { name });

async function pickUp(user: ReturnType<typeof userEvent.setup>, title: string) {
  const handle = await screen.findByRole('button', { name: `Move ${title}` });
  handle.focus();
  await user.keyboard(' ');
  // The sensor listens from the next turn on.
  await screen.findByText(new RegExp(`^Picked up ${title}`));
}

describe('the task board', () => {
  it('moves a task by keyboard, at once and then in the control plane', async () => {
    const user = userEvent.setup();
    let cancelled = false;
    const task = aTask();
    const fake = portal({
      board: () =>
        cancelled
          ? aBoard({ stopped: [{ ...task, status: 'cancelled' }] })
          : aBoard({ queued: [task] }),
      cancel: () => {
        cancelled = true;
        return { ...task, status: 'cancelled' };
      },
    });
    renderPage(<TasksPage />, { fake });

    await pickUp(user, task.title);
    expect(
      screen.getByText(
        'Picked up Tidy the shop, Queued. It can go to Waiting, Cancelled.',
      ),
    ).toBeInTheDocument();
    await user.keyboard('{ArrowRight}{ArrowRight}');
    expect(
      await screen.findByText(/is over Cancelled\. Space drops it there/),
    ).toBeInTheDocument();
    await user.keyboard(' ');

    await waitFor(() =>
      expect(
        within(column('Stopped')).getByRole('link', { name: task.title }),
      ).toBeInTheDocument(),
    );
    expect(fake.inputsOf('tasks.cancel')).toEqual([{ id: task.id }]);
    expect(
      within(column('Queued')).queryByRole('link', { name: task.title }),
    ).not.toBeInTheDocument();
  });

  it('says where a task cannot go and why, and offers no place there', async () => {
    const user = userEvent.setup();
    const fake = portal({
      board: () => aBoard({ running: [aTask({ status: 'running' })] }),
    });
    renderPage(<TasksPage />, { fake });

    await pickUp(user, 'Tidy the shop');
    expect(
      within(column('Queued')).getByText(
        'An agent is at work on it; cancel it first.',
      ),
    ).toBeInTheDocument();
    expect(
      within(column('Succeeded')).getByText(
        'Only the agent at work on a task can complete it.',
      ),
    ).toBeInTheDocument();
    // The only legal place is reached whichever way one goes.
    await user.keyboard('{ArrowLeft}{ArrowLeft}{ArrowLeft}');
    expect(await screen.findByText(/is over Cancelled/)).toBeInTheDocument();
    await user.keyboard('{Escape}');
    expect(
      await screen.findByText('Tidy the shop stays where it was.'),
    ).toBeInTheDocument();
    expect(fake.calls.map(call => call.id)).not.toContain('tasks.cancel');
  });

  it('takes a refused move back and says what was wrong', async () => {
    const user = userEvent.setup();
    const task = aTask();
    const fake = portal({
      board: () => aBoard({ queued: [task] }),
      setStatus: () => {
        throw refusal(409, 'The task has been claimed meanwhile');
      },
    });
    renderPage(<TasksPage />, { fake });

    await pickUp(user, task.title);
    await user.keyboard('{ArrowRight}');
    await screen.findByText(/is over Waiting/);
    await user.keyboard(' ');

    expect(
      await screen.findByText(
        '“Tidy the shop” could not be moved: The task has been claimed meanwhile',
      ),
    ).toBeInTheDocument();
    await waitFor(() =>
      expect(
        within(column('Queued')).getByRole('link', { name: task.title }),
      ).toBeInTheDocument(),
    );
  });

  it('shows a viewer the reason on every control that is not for viewers', async () => {
    const user = userEvent.setup();
    const fake = portal(
      { board: () => aBoard({ queued: [aTask()] }) },
      'viewer',
    );
    renderPage(<TasksPage />, { fake });
    const reason =
      'Only supervisors and administrators can do this; you are a viewer.';

    await screen.findByRole('link', { name: 'Tidy the shop' });
    const create = await screen.findByRole('button', { name: 'Create task' });
    await waitFor(() => expect(create).toHaveAttribute('title', reason));
    expect(create).toHaveAttribute('aria-disabled', 'true');
    await user.click(create);
    expect(screen.queryByRole('dialog')).not.toBeInTheDocument();

    expect(
      screen.queryByRole('button', { name: 'Move Tidy the shop' }),
    ).not.toBeInTheDocument();
    await user.click(
      screen.getByRole('button', { name: 'Actions for Tidy the shop' }),
    );
    for (const item of await screen.findAllByRole('menuitem')) {
      expect(item).toHaveAttribute('aria-disabled', 'true');
      expect(item).toHaveTextContent(reason);
    }
  });

  it('loads more of a column, and lists what the address says', async () => {
    const user = userEvent.setup();
    const tasks = [1, 2, 3].map(n =>
      aTask({ id: uuid(n), title: `Task ${n}` }),
    );
    const fake = portal({
      board: () => ({
        ...aBoard({}),
        queued: { total: 3, capped: false, items: tasks.slice(0, 1) },
      }),
      list: () => ({ items: tasks }),
    });
    renderPage(<TasksPage />, { fake });

    await screen.findByRole('link', { name: 'Task 1' });
    await user.click(screen.getByRole('button', { name: 'Load more' }));
    expect(await screen.findByRole('link', { name: 'Task 3' })).toBeVisible();
    expect(screen.getAllByRole('link', { name: 'Task 1' })).toHaveLength(1);
    expect(fake.inputsOf('tasks.list')).toEqual([
      { status: ['queued'], limit: 70 },
    ]);
  });
});

describe('the task list', () => {
  it('keeps its filters in the address and asks for a page at a time', async () => {
    const user = userEvent.setup();
    const rows = Array.from({ length: 120 }, (_, n) =>
      aTask({ id: uuid(n + 1), title: `Task ${n + 1}`, status: 'dead_letter' }),
    );
    const fake = portal({
      list: ({ limit = 50, cursor }) => {
        const from = Number(cursor ?? 0);
        const to = from + Number(limit);
        return {
          items: rows.slice(from, to),
          nextCursor: to < rows.length ? String(to) : undefined,
        };
      },
    });
    renderPage(<TasksPage />, {
      fake,
      at: '/devart?view=list&status=dead_letter&priority=high',
    });

    await screen.findByText('Task 50');
    // On a slow machine the first page has been asked for again by now.
    for (const input of fake.inputsOf('tasks.list')) {
      expect(input).toEqual({
        status: ['dead_letter'],
        priority: ['high'],
        limit: 50,
      });
    }
    await user.click(screen.getByRole('button', { name: 'Load more' }));
    await screen.findByText('Task 100');
    await user.type(screen.getByLabelText('Search tasks'), 'shop');
    await waitFor(() =>
      expect(screen.getByLabelText('Address')).toHaveTextContent('text=shop'),
    );
    await waitFor(() =>
      expect(fake.inputsOf('tasks.list').at(-1)).toEqual({
        status: ['dead_letter'],
        priority: ['high'],
        text: 'shop',
        limit: 50,
      }),
    );
  });

  it('shows all that the stopped column holds, and any other statuses of a link', async () => {
    const fake = portal({ list: () => ({ items: [aTask()] }) });
    renderPage(<TasksPage />, {
      fake,
      at: `/devart?view=list&status=${BOARD_COLUMNS.stopped.join(',')}`,
    });

    await screen.findByRole('link', { name: 'Tidy the shop' });
    const [asked] = fake.inputsOf('tasks.list');
    expect(new Set(asked.status as string[])).toEqual(
      new Set(['failed', 'dead_letter', 'cancelled', 'rejected']),
    );
    expect(screen.getByLabelText('Status')).toHaveTextContent(
      'Stopped, in any way',
    );
  });

  it('finds an agent by its name among a thousand, and names the one in a link', async () => {
    const user = userEvent.setup();
    const agents = Array.from({ length: 1000 }, (_, n) =>
      anAgent({ id: uuid(n), name: `agent-${n}` }),
    );
    const fake = fakeDevartApi({
      portal: { me: () => someone('supervisor') },
      agents: {
        getHalt: () => ({ halted: false }),
        list: ({ ids, text = '', limit = 50 }) => ({
          items: agents
            .filter(agent => (ids as string[])?.includes(agent.id) ?? true)
            .filter(agent => agent.name.includes(text))
            .slice(0, Number(limit)),
        }),
      },
      tasks: { list: () => ({ items: [aTask()] }) },
    });
    renderPage(<TasksPage />, {
      fake,
      at: `/devart?view=list&agentId=${uuid(998)}`,
    });

    const input = await screen.findByRole('textbox', { name: 'Agent' });
    await waitFor(() => expect(input).toHaveValue('agent-998'));
    await user.clear(input);
    await user.type(input, '-777');
    await user.click(await screen.findByRole('option', { name: 'agent-777' }));
    await waitFor(() =>
      expect(fake.inputsOf('tasks.list').at(-1)).toMatchObject({
        agentId: uuid(777),
      }),
    );
    expect(input).toHaveValue('agent-777');
  });

  it('shows what the control plane says when it refuses, and tries again', async () => {
    const user = userEvent.setup();
    let broken = true;
    const fake = portal({
      list: () => {
        if (broken) {
          throw refusal(500, 'The database is away');
        }
        return { items: [] };
      },
    });
    renderPage(<TasksPage />, { fake, at: '/devart?view=list' });

    expect(await screen.findByRole('alert')).toHaveTextContent(
      'The database is away',
    );
    broken = false;
    await user.click(screen.getByRole('button', { name: 'Try again' }));
    expect(
      await screen.findByText('There are no tasks yet'),
    ).toBeInTheDocument();
  });
});

describe('the form for a task', () => {
  it('asks for a title, keeps what was typed when refused, and opens the new task', async () => {
    const user = userEvent.setup();
    let refuse = true;
    const fake = portal({
      board: () => aBoard({}),
      create: input => {
        if (refuse) {
          throw refusal(429, 'Too many requests');
        }
        return aTask({ id: uuid(77), title: input.title });
      },
    });
    renderPage(<TasksPage />, { fake });

    await user.click(
      await screen.findByRole('button', { name: 'Create the first task' }),
    );
    const dialog = await screen.findByRole('dialog', { name: 'Create a task' });
    const submit = within(dialog).getByRole('button', { name: 'Create task' });
    await user.click(submit);
    expect(
      within(dialog).getByText('Give the task a title.'),
    ).toBeInTheDocument();
    expect(within(dialog).getByLabelText(/^Title/)).toBeInvalid();
    expect(fake.inputsOf('tasks.create')).toEqual([]);

    await user.type(within(dialog).getByLabelText(/^Title/), 'Sweep');
    await user.type(
      within(dialog).getByLabelText('Capabilities'),
      'Python,code-review',
    );
    await user.click(submit);
    expect(await within(dialog).findByRole('alert')).toHaveTextContent(
      'Too many requests',
    );

    refuse = false;
    const data = within(dialog).getByLabelText(/^Input/);
    await user.click(data);
    await user.paste('[1]');
    await user.click(submit);
    expect(
      within(dialog).getByText(/Must be a JSON object/),
    ).toBeInTheDocument();
    await user.clear(data);
    await user.paste('{"name": "Ada"}');
    await user.click(submit);
    await waitFor(() =>
      expect(screen.getByLabelText('Address')).toHaveTextContent(
        `/devart/tasks/${uuid(77)}`,
      ),
    );
    expect(fake.inputsOf('tasks.create').at(-1)).toEqual({
      title: 'Sweep',
      description: '',
      priority: 'medium',
      capabilities: ['python', 'code-review'],
      input: { name: 'Ada' },
      idempotencyKey: expect.any(String),
    });
  });

  it('says beside each field what is accepted, and goes to the first of them', async () => {
    const user = userEvent.setup();
    const fake = portal({ board: () => aBoard({}) });
    renderPage(<TasksPage />, { fake });
    await user.click(
      await screen.findByRole('button', { name: 'Create the first task' }),
    );
    const dialog = await screen.findByRole('dialog', { name: 'Create a task' });
    const field = (label: RegExp) => within(dialog).getByLabelText(label);
    const fill = async (label: RegExp, text: string) => {
      await user.click(field(label));
      await user.paste(text);
    };
    await fill(/^Title/, '<script>alert(1)</script> 🦆 görev مهمة');
    await fill(/^Description/, 'x'.repeat(20_001));
    await fill(/^About/, 'not a reference');
    await fill(/^Input/, '{"name": ');
    await user.click(
      within(dialog).getByRole('button', { name: 'Create task' }),
    );

    const description = field(/^Description/);
    expect(description).toHaveAccessibleDescription(
      'Must have at most 20000 characters.',
    );
    await waitFor(() => expect(description).toHaveFocus());
    expect(field(/^About/)).toHaveAccessibleDescription(
      'Must be an entity reference such as component:default/shop.',
    );
    expect(field(/^Input/)).toHaveAccessibleDescription(
      /Must be a JSON object/,
    );
    expect(field(/^Title/)).toBeValid();

    // Not cut: the end of what was pasted would be lost without a word.
    for (const label of [/^Title/, /^Description/, /^About/, /^Input/]) {
      await user.clear(field(label));
    }
    await fill(/^Title/, 'x'.repeat(201));
    await user.click(
      within(dialog).getByRole('button', { name: 'Create task' }),
    );
    expect(field(/^Title/)).toHaveAccessibleDescription(
      'Must have at most 200 characters; these are 201.',
    );
    await waitFor(() => expect(field(/^Title/)).toHaveFocus());
    expect(fake.inputsOf('tasks.create')).toEqual([]);
  });

  it('creates one task when the first answer was lost, and another after a refusal', async () => {
    const user = userEvent.setup();
    const answers = [
      () => {
        throw new TypeError('Failed to fetch');
      },
      () => {
        throw refusal(400, 'entityRef: must be in the catalog', [
          { field: 'entityRef', problem: 'must be in the catalog' },
        ]);
      },
      () => aTask({ id: uuid(77) }),
    ];
    const fake = portal({
      board: () => aBoard({}),
      create: () => answers.shift()!(),
    });
    renderPage(<TasksPage />, { fake });
    await user.click(
      await screen.findByRole('button', { name: 'Create the first task' }),
    );
    const dialog = await screen.findByRole('dialog', { name: 'Create a task' });
    const submit = () =>
      user.click(within(dialog).getByRole('button', { name: 'Create task' }));
    await user.type(within(dialog).getByLabelText(/^Title/), 'Sweep');
    await submit();
    expect(await within(dialog).findByRole('alert')).toHaveTextContent(
      'There was no answer',
    );
    await submit();
    expect(
      await within(dialog).findByText('Must be in the catalog.'),
    ).toBeInTheDocument();
    await submit();
    await waitFor(() =>
      expect(screen.getByLabelText('Address')).toHaveTextContent(uuid(77)),
    );

    const [lost, again, anew] = fake
      .inputsOf('tasks.create')
      .map(({ idempotencyKey }) => idempotencyKey);
    expect(again).toBe(lost);
    expect(anew).not.toBe(lost);
  });

  it('does not throw away what was typed for a slip of a finger', async () => {
    const user = userEvent.setup();
    const fake = portal({ board: () => aBoard({}) });
    renderPage(<TasksPage />, { fake });
    const open = async () => {
      await user.click(
        await screen.findByRole('button', { name: 'Create the first task' }),
      );
      return screen.findByRole('dialog', { name: 'Create a task' });
    };
    const gone = () =>
      waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());

    await open();
    await user.keyboard('{Escape}');
    await gone();

    const dialog = await open();
    const title = within(dialog).getByLabelText(/^Title/);
    await user.type(title, 'Sweep{Escape}');
    expect(within(dialog).getByRole('alert')).toHaveTextContent(
      'What you typed is not saved',
    );
    await user.keyboard('{Enter}');
    expect(within(dialog).queryByRole('alert')).toBeNull();
    expect(title).toHaveFocus();
    expect(title).toHaveValue('Sweep');

    await user.keyboard('{Escape}');
    await user.click(
      within(dialog).getByRole('button', { name: 'Throw it away' }),
    );
    await gone();
    expect(fake.inputsOf('tasks.create')).toEqual([]);
  });
});
