import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import type { Approval } from '@devart/plugin-devart-common';
import {
  anApproval,
  fakeDevartApi,
  refusal,
  renderPage,
  someone,
  uuid,
} from '../../__testUtils__';
import { ApprovalsPage } from '../ApprovalsPage';
import { ApprovalPage } from './ApprovalPage';

type Answers = NonNullable<Parameters<typeof fakeDevartApi>[0]['approvals']>;

function portal(approval: () => Approval, approvals?: Answers) {
  return fakeDevartApi({
    portal: { me: () => someone('supervisor') },
    agents: { list: () => ({ items: [] }) },
    approvals: {
      get: approval,
      list: () => ({ items: [approval()] }),
      ...approvals,
    },
  });
}

function open(fake: ReturnType<typeof portal>) {
  renderPage(<ApprovalPage />, {
    fake,
    at: `/devart/approvals/${uuid(700)}`,
    mountPath: '/devart/approvals/:approvalId',
  });
}

describe('the approvals page', () => {
  it('begins with what waits for whoever is signed in, and has all with filters', async () => {
    const user = userEvent.setup();
    const fake = portal(() => anApproval());
    renderPage(<ApprovalsPage />, { fake });
    const inbox = await screen.findByRole('table', { name: 'Waiting for you' });
    expect(
      within(inbox).getByRole('link', { name: 'Release the shop' }),
    ).toHaveAttribute('href', `/devart/approvals/${uuid(700)}`);
    expect(
      within(inbox).getByRole('link', { name: 'Release with approval #7' }),
    ).toHaveAttribute('href', `/devart/runs/${uuid(500)}?step=ask`);
    expect(fake.inputsOf('approvals.list')[0]).toMatchObject({ mine: true });

    await user.click(screen.getByRole('button', { name: 'All' }));
    await user.click(await screen.findByRole('button', { name: /^Status/ }));
    await user.click(await screen.findByRole('option', { name: 'Expired' }));
    await waitFor(() =>
      expect(fake.inputsOf('approvals.list')).toContainEqual({
        status: ['expired'],
        limit: 50,
      }),
    );
  });
});

describe('the approval page', () => {
  it('shows exactly what will be done, and approves the version that was read', async () => {
    const user = userEvent.setup();
    let approval = anApproval({ costMicros: 2_500_000 });
    const fake = portal(() => approval, {
      decide: ({ comment }) => {
        approval = anApproval({
          status: 'approved',
          approvalsGiven: 1,
          mayDecide: false,
          decisions: [
            {
              by: 'user:default/sam',
              decision: 'approve',
              comment,
              at: '2026-01-03T03:04:05.000Z',
              edited: false,
              superseded: false,
            },
          ],
        });
        return approval;
      },
    });
    open(fake);
    expect(
      await screen.findByRole('region', { name: 'Action' }),
    ).toHaveTextContent('"to": "production"');
    expect(screen.getByRole('status', { name: 'State' })).toHaveTextContent(
      /Waiting.*External effect.*Expires in \d+ years, then rejected/,
    );
    expect(screen.getByText('€2.50')).toBeInTheDocument();

    await user.click(screen.getByRole('button', { name: 'Approve' }));
    const dialog = await screen.findByRole('dialog');
    await user.type(within(dialog).getByLabelText(/^Comment/), 'Go ahead');
    await user.click(within(dialog).getByRole('button', { name: 'Approve' }));
    expect(await screen.findByText('“Go ahead”')).toBeInTheDocument();
    expect(fake.inputsOf('approvals.decide')).toEqual([
      {
        id: uuid(700),
        decision: 'approve',
        comment: 'Go ahead',
        ifVersion: 3,
      },
    ]);
    await waitFor(() =>
      expect(screen.getByRole('button', { name: 'Reject' })).toHaveAttribute(
        'aria-disabled',
        'true',
      ),
    );
  });

  it('approves with changes, each value of the kind it was, unless the request has changed', async () => {
    const user = userEvent.setup();
    let isFirst = true;
    const fake = portal(
      () =>
        anApproval({
          edit: { copies: 2, note: 'now', notify: true, moreMicros: 10_000 },
        }),
      {
        decide: ({ edit }) => {
          if (isFirst) {
            isFirst = false;
            throw refusal(409, 'The request has changed since version 3');
          }
          if (edit?.moreMicros === 0) {
            throw refusal(400, 'Invalid input', [
              {
                field: 'edit.moreMicros',
                problem: 'must be more than nothing',
              },
            ]);
          }
          return anApproval({ status: 'approved' });
        },
      },
    );
    open(fake);
    await user.click(
      await screen.findByRole('button', { name: 'Edit and approve' }),
    );
    const dialog = await screen.findByRole('dialog');
    const submit = within(dialog).getByRole('button', {
      name: 'Approve as edited',
    });
    const copies = within(dialog).getByLabelText('copies');
    await user.clear(copies);
    await user.click(submit);
    await within(dialog).findByText('Must be a number.');
    expect(fake.inputsOf('approvals.decide')).toEqual([]);

    await user.type(copies, '5');
    await user.click(submit);
    expect(await within(dialog).findByRole('alert')).toHaveTextContent(
      'has changed since version 3',
    );
    // Money is typed in the currency, not in millionths of it.
    const more = within(dialog).getByLabelText('more');
    expect(more).toHaveValue('0.01');
    await user.clear(more);
    await user.type(more, '0');
    await user.click(submit);
    await within(dialog).findByText('Must be more than nothing.');
    await user.type(more, '.02');
    await user.click(submit);
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    expect(fake.inputsOf('approvals.decide').at(-1)).toEqual({
      id: uuid(700),
      decision: 'approve',
      edit: { copies: 5, note: 'now', notify: true, moreMicros: 20_000 },
      ifVersion: 3,
    });
  });

  it('keeps people from deciding about what they asked for themselves, and says why', async () => {
    const user = userEvent.setup();
    const whyNot = 'You asked for it yourself; somebody else has to decide.';
    const fake = portal(() =>
      anApproval({
        requestedBy: 'user:default/sam',
        mayDecide: false,
        whyNot,
      }),
    );
    open(fake);
    expect(
      await screen.findByText(`You cannot decide: ${whyNot}`),
    ).toBeInTheDocument();
    for (const name of ['Approve', 'Reject', 'Delegate']) {
      const button = screen.getByRole('button', { name });
      expect(button).toHaveAttribute('aria-disabled', 'true');
      await user.click(button);
    }
    expect(screen.queryByRole('dialog')).toBeNull();
    // Taking it back is something else.
    await waitFor(() =>
      expect(
        screen.getByRole('button', { name: 'Withdraw' }),
      ).not.toHaveAttribute('aria-disabled'),
    );
  });

  it('rejects only with a reason, and hands on only to somebody', async () => {
    const user = userEvent.setup();
    const fake = portal(() => anApproval(), {
      decide: () => anApproval({ status: 'rejected' }),
      delegate: () => anApproval(),
    });
    open(fake);
    await user.click(await screen.findByRole('button', { name: 'Reject' }));
    let dialog = await screen.findByRole('dialog');
    await user.click(within(dialog).getByRole('button', { name: 'Reject' }));
    expect(
      within(dialog).getByText('Say why; others will read it.'),
    ).toBeInTheDocument();
    expect(fake.inputsOf('approvals.decide')).toEqual([]);
    await user.type(within(dialog).getByLabelText(/^Reason/), 'Too late');
    await user.click(within(dialog).getByRole('button', { name: 'Reject' }));
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    expect(fake.inputsOf('approvals.decide')).toEqual([
      expect.objectContaining({ decision: 'reject', comment: 'Too late' }),
    ]);

    await user.click(screen.getByRole('button', { name: 'Delegate' }));
    dialog = await screen.findByRole('dialog');
    await user.type(within(dialog).getByLabelText(/^To/), 'ada');
    const handOn = within(dialog).getByRole('button', { name: 'Hand it on' });
    await user.click(handOn);
    await within(dialog).findByText(/This must be a user or a group/);
    await user.clear(within(dialog).getByLabelText(/^To/));
    await user.type(within(dialog).getByLabelText(/^To/), 'user:default/ada');
    await user.click(handOn);
    await waitFor(() =>
      expect(fake.inputsOf('approvals.delegate')).toEqual([
        { id: uuid(700), to: 'user:default/ada' },
      ]),
    );
  });
});
