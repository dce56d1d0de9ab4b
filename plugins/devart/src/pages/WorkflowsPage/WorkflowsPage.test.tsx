import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import type { Workflow } from '@devart/plugin-devart-common';
import {
  aVersion,
  aWorkflow,
  fakeDevartApi,
  renderPage,
  someone,
  uuid,
} from '../../__testUtils__';
import { WorkflowsPage } from './WorkflowsPage';

const BROKEN =
  'kind: Workflow\nspec:\n  steps:\n    - id: a\n      needs: [b]\n';
const MENDED = BROKEN.replace('[b]', '[]');

function portal(workflows: Workflow[]) {
  return fakeDevartApi({
    portal: { me: () => someone('supervisor') },
    agents: {
      list: () => ({ items: [] }),
      getHalt: () => ({ halted: false }),
    },
    workflows: {
      list: ({ text }) => ({
        items: workflows.filter(({ title }) => !text || title.includes(text)),
      }),
      validate: ({ source }) =>
        source === BROKEN
          ? {
              problems: [
                {
                  line: 5,
                  column: 15,
                  path: 'spec.steps[0].needs[0]',
                  message: 'There is no step b',
                },
              ],
            }
          : {
              problems: [],
              name: 'release',
              version: '1.1.0',
              steps: aVersion().steps,
            },
      publish: () => aWorkflow(),
    },
  });
}

describe('the workflows page', () => {
  beforeEach(() => localStorage.setItem('devart.steps', 'list'));
  afterEach(() => localStorage.clear());

  it('shows how each does, and finds them by name', async () => {
    const user = userEvent.setup();
    const fake = portal([
      aWorkflow({
        running: 2,
        lastRun: {
          id: uuid(500),
          number: 7,
          status: 'failed',
          at: '2026-01-02T03:04:05.000Z',
        },
      }),
      aWorkflow({ id: uuid(401), title: 'Tidy up' }),
    ]);
    renderPage(<WorkflowsPage />, { fake });
    const row = (await screen.findByRole('link', { name: 'Tidy up' }))
      ? screen.getByRole('row', { name: /Release with approval/ })
      : undefined;
    expect(row).toHaveTextContent(/Failed#7.*21\.1\.0/);
    expect(within(row!).getByRole('link', { name: '2' })).toHaveAttribute(
      'href',
      `/devart/runs?workflowId=${uuid(400)}&status=running`,
    );
    await user.type(
      screen.getByRole('searchbox', { name: 'Search workflows' }),
      'nothing',
    );
    expect(
      await screen.findByText('No workflow matches these filters'),
    ).toBeInTheDocument();
  });

  it('publishes only what has no problems, and shows them where they are', async () => {
    const user = userEvent.setup();
    const fake = portal([]);
    renderPage(<WorkflowsPage />, { fake });
    await user.click(
      await screen.findByRole('button', { name: 'Publish the first workflow' }),
    );
    const dialog = await screen.findByRole('dialog', {
      name: 'Publish a workflow',
    });
    const source =
      within(dialog).getByLabelText<HTMLTextAreaElement>('Source (YAML)');
    fireEvent.change(source, { target: { value: BROKEN } });
    const place = await within(dialog).findByRole('button', {
      name: 'Line 5, column 15',
    });
    expect(
      within(dialog).getByRole('list', { name: 'Problems' }),
    ).toHaveTextContent('spec.steps[0].needs[0] There is no step b');
    expect(source).toBeInvalid();
    expect(source).toHaveAccessibleDescription(/1 problem to fix/);

    await user.click(place);
    expect(source).toHaveFocus();
    expect(BROKEN.slice(0, source.selectionStart)).toMatch(/needs: \[?$/);

    const publish = within(dialog).getByRole('button', { name: 'Publish' });
    await user.click(publish);
    expect(await within(dialog).findByRole('alert')).toHaveTextContent(
      'First fix 1 problem.',
    );
    expect(fake.inputsOf('workflows.publish')).toEqual([]);

    fireEvent.change(source, { target: { value: MENDED } });
    await within(dialog).findByText('Nothing is wrong: release 1.1.0.');
    expect(source).toBeValid();
    expect(
      await within(dialog).findByRole('list', { name: 'Preview' }),
    ).toHaveTextContent(/Build it.*Ask somebody.*After Build it/);
    await user.click(publish);
    await waitFor(() =>
      expect(screen.getByLabelText('Address')).toHaveTextContent(
        `/devart/workflows/${uuid(400)}`,
      ),
    );
    expect(fake.inputsOf('workflows.publish')).toEqual([{ source: MENDED }]);
  });
});
