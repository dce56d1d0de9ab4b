import type { Approval } from '@devart/plugin-devart-common';
import {
  ActorLabel,
  DataTable,
  Money,
  EffectLabel,
  RelativeTime,
  type Column,
} from '../components';
import { Link, useLinks } from '../navigation';
import { ApprovalStatusLabel } from './ApprovalStatusLabel';
import { ApprovalSubject } from './ApprovalSubject';
import { Expiry } from './Expiry';

/** Requests for approval as rows. */
export function ApprovalTable(props: {
  label: string;
  approvals: readonly Approval[];
  /** They all wait; what matters is until when. */
  isInbox?: boolean;
}) {
  const links = useLinks();
  const { label, approvals, isInbox } = props;
  const columns: Column<Approval>[] = [
    {
      header: 'What',
      render: approval => (
        <>
          <Link to={links.approval(approval.id)}>{approval.title}</Link>
          {approval.subject && (
            <div>
              for <ApprovalSubject subject={approval.subject} />
            </div>
          )}
        </>
      ),
    },
    {
      header: 'Status',
      render: ({ status, approvalsNeeded, approvalsGiven }) => (
        <>
          <ApprovalStatusLabel status={status} />
          {approvalsNeeded > 1 && (
            <div>
              {approvalsGiven} of {approvalsNeeded} have agreed
            </div>
          )}
        </>
      ),
    },
    {
      header: 'Effect',
      hideBelow: 'Sm',
      render: ({ effectClass }) => <EffectLabel effect={effectClass} />,
    },
    {
      header: 'Asked by',
      hideBelow: 'Md',
      render: ({ requestedBy, createdAt }) => (
        <>
          <ActorLabel actor={requestedBy} />
          <div>
            <RelativeTime at={createdAt} />
          </div>
        </>
      ),
    },
    {
      header: 'Cost',
      hideBelow: 'Md',
      render: ({ costMicros }) =>
        costMicros === undefined ? '–' : <Money micros={costMicros} />,
    },
    {
      header: 'Expiry',
      hideBelow: 'Sm',
      render: approval => <Expiry approval={approval} />,
    },
  ];
  return (
    <DataTable
      label={label}
      columns={columns.filter(
        ({ header }) => !(isInbox && header === 'Status'),
      )}
      rows={approvals}
      rowKey={({ id }) => id}
    />
  );
}
