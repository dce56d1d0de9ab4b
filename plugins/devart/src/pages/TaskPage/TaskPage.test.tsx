import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import type { Finding, Role, Task } from '@devart/plugin-devart-common';
import {
  aFinding,
  anAgent,
  aReview,
  aTask,
  fakeDevartApi,
  refusal,
  renderPage,
  someone,
  uuid,
} from '../../__testUtils__';
import { TaskPage } from './TaskPage';

type Answers = Parameters<typeof fakeDevartApi>[0];

function portal(options: {
  role?: Role;
  task?: () => Task;
  tasks?: Answers['tasks'];
  reviews?: Answers['reviews'];
}) {
  const { role = 'supervisor', task = () => aTask(), tasks, reviews } = options;
  return fakeDevartApi({
    portal: { me: () => someone(role) },
    agents: {
      list: () => ({ items: [anAgent()] }),
      getHalt: () => ({ halted: false }),
    },
    tasks: {
      get: task,
      history: () => ({ transitions: [], attempts: [], delegations: [] }),
      readLogs: () => ({ items: [], more: false }),
      listArtifacts: () => ({ items: [] }),
      ...tasks,
    },
    reviews,
  });
}

function open(fake: ReturnType<typeof portal>) {
  return renderPage(<TaskPage />, {
    fake,
    at: `/devart/tasks/${uuid(1)}`,
    mountPath: '/devart/tasks/:taskId',
  });
}

describe('the task page', () => {
  it('dismisses a finding with a reason and brings it back', async () => {
    const user = userEvent.setup();
    let finding: Finding = aFinding();
    const fake = portal({
      task: () => aTask({ type: 'code-review', status: 'succeeded' }),
      reviews: {
        forTask: () =>
          aReview({
            findings: [finding],
            analyzers: [
              {
                name: 'ruff',
                status: 'skipped',
                filesChecked: 0,
                durationMs: 0,
                message: 'No Python',
              },
            ],
          }),
        dismissFinding: ({ reason }) => {
          finding = {
            ...finding,
            dismissed: {
              by: 'user:default/sam',
              at: '2026-01-02T03:04:05.000Z',
              reason,
            },
          };
          return finding;
        },
        restoreFinding: () => {
          finding = { ...finding, dismissed: undefined };
          return finding;
        },
      },
    });
    open(fake);

    const file = await screen.findByRole('region', { name: 'src/shop.ts' });
    expect(within(file).getByText('Error')).toBeInTheDocument();
    expect(screen.getByText('No Python')).toBeInTheDocument();
    await user.click(
      within(file).getByRole('button', {
        name: 'Dismiss price is not defined',
      }),
    );
    const dialog = await screen.findByRole('dialog');
    const submit = within(dialog).getByRole('button', { name: 'Dismiss' });
    await user.click(submit);
    expect(fake.inputsOf('reviews.dismissFinding')).toEqual([]);
    expect(
      within(dialog).getByText('Say why; others will read it.'),
    ).toBeInTheDocument();
    await user.type(within(dialog).getByLabelText(/^Reason/), 'It is a global');
    await user.click(submit);

    expect(
      await screen.findByText('All findings are dismissed.'),
    ).toBeInTheDocument();
    expect(fake.inputsOf('reviews.dismissFinding')).toEqual([
      { id: finding.id, reason: 'It is a global' },
    ]);
    await user.click(screen.getByLabelText('Show 1 dismissed finding'));
    expect(screen.getByText(/“It is a global”/)).toBeInTheDocument();
    await user.click(
      screen.getByRole('button', { name: 'Bring back price is not defined' }),
    );
    await screen.findByRole('button', { name: 'Dismiss price is not defined' });
  });

  it('says why a task waits, and follows its log line by line', async () => {
    const lines = ['first', 'second'].map((message, index) => ({
      seq: index + 1,
      attempt: 1,
      at: '2026-01-02T03:04:05.000Z',
      level: 'info' as const,
      message,
    }));
    const fake = portal({
      task: () =>
        aTask({
          waiting: {
            reason: 'no-agent',
            message: 'No active agent has python',
          },
        }),
      tasks: {
        readLogs: ({ afterSeq }) => ({
          items: lines.slice(Number(afterSeq), Number(afterSeq) + 1),
          more: Number(afterSeq) < 1,
        }),
      },
    });
    open(fake);

    expect(
      await screen.findByText(/No active agent has python/),
    ).toBeInTheDocument();
    const log = await screen.findByRole('log');
    expect(log).toHaveTextContent(/first.*second/);
    expect(fake.inputsOf('tasks.readLogs').map(i => i.afterSeq)).toEqual([
      0, 1,
    ]);
  });

  it('shows an artifact as plain text, whatever it says it is', async () => {
    const user = userEvent.setup();
    const artifact = {
      id: uuid(5),
      attempt: 1,
      name: 'report.html',
      mediaType: 'text/html',
      size: 30,
      sha256: 'x',
      createdAt: '2026-01-02T03:04:05.000Z',
    };
    const fake = portal({
      tasks: {
        listArtifacts: () => ({ items: [artifact] }),
        readArtifact: () => ({
          ...artifact,
          contentBase64: btoa('<img src=x onerror="boom()">'),
        }),
      },
    });
    open(fake);

    await user.click(
      await screen.findByRole('button', { name: 'Show report.html' }),
    );
    const dialog = await screen.findByRole('dialog', { name: 'report.html' });
    expect(dialog).toHaveTextContent('<img src=x onerror="boom()">');
    expect(dialog.querySelector('img')).toBeNull();
  });

  it('tells when there is no such task', async () => {
    const fake = portal({
      task: () => {
        throw refusal(404, 'There is no such task');
      },
    });
    open(fake);
    expect(await screen.findByRole('alert')).toHaveTextContent(
      'There is no such task',
    );
  });

  it('cancels with a reason and shows what became of it', async () => {
    const user = userEvent.setup();
    let task = aTask();
    const fake = portal({
      task: () => task,
      tasks: {
        cancel: () => {
          task = aTask({ status: 'cancelled' });
          return task;
        },
      },
    });
    open(fake);

    await user.click(await screen.findByRole('button', { name: 'Cancel' }));
    const dialog = await screen.findByRole('dialog');
    await user.type(within(dialog).getByLabelText(/^Reason/), 'Not needed');
    await user.click(
      within(dialog).getByRole('button', { name: 'Cancel the task' }),
    );
    expect(await screen.findByTitle('Somebody ended it.')).toHaveTextContent(
      'Cancelled',
    );
    expect(fake.inputsOf('tasks.cancel')).toEqual([
      { id: uuid(1), reason: 'Not needed' },
    ]);
    await waitFor(() =>
      expect(screen.getByRole('button', { name: 'Cancel' })).toHaveAttribute(
        'aria-disabled',
        'true',
      ),
    );
  });
});
