import type { AuditEntry } from '@devart/plugin-devart-common';
import DoneIcon from '@material-ui/icons/CheckCircleOutline';
import FailedIcon from '@material-ui/icons/ErrorOutline';
import RefusedIcon from '@material-ui/icons/Block';
import { makeStyles } from '@material-ui/core/styles';
import {
  ActorLabel,
  DataTable,
  EntityLink,
  IconLabel,
  JsonView,
  RelativeTime,
  type Column,
} from '../../components';
import { OUTCOME_WORDS } from './outcomes';

const LOOKS = {
  succeeded: { Icon: DoneIcon, tone: 'ok' },
  refused: { Icon: RefusedIcon, tone: 'warning' },
  failed: { Icon: FailedIcon, tone: 'error' },
} as const;

const COLUMNS: Column<AuditEntry>[] = [
  { header: 'When', render: ({ at }) => <RelativeTime at={at} /> },
  { header: 'Who', render: ({ actor }) => <ActorLabel actor={actor} /> },
  { header: 'What', render: ({ operation }) => <code>{operation}</code> },
  {
    header: 'Outcome',
    render: ({ outcome, httpStatus }) => (
      <IconLabel {...LOOKS[outcome]}>
        {OUTCOME_WORDS[outcome]}
        {httpStatus !== undefined &&
          outcome !== 'succeeded' &&
          ` (${httpStatus})`}
      </IconLabel>
    ),
  },
  {
    header: 'About',
    hideBelow: 'Md',
    render: ({ subject, entityRef }) => (
      <>
        {subject && <code>{subject}</code>}
        {entityRef && (
          <div>
            <EntityLink entityRef={entityRef} />
          </div>
        )}
      </>
    ),
  },
  {
    header: 'Detail',
    hideBelow: 'Sm',
    render: ({ id, detail }) =>
      Object.keys(detail).length > 0 && <Detail id={id} detail={detail} />,
  },
];

const useStyles = makeStyles({ summary: { whiteSpace: 'nowrap' } });

function Detail({ id, detail }: Pick<AuditEntry, 'id' | 'detail'>) {
  const classes = useStyles();
  return (
    <details>
      <summary className={classes.summary}>Show</summary>
      <JsonView label={`Detail of ${id}`} value={detail} />
    </details>
  );
}

/** Audited calls as rows. */
export function AuditTable({ entries }: { entries: readonly AuditEntry[] }) {
  return (
    <DataTable
      label="Audit trail"
      columns={COLUMNS}
      rows={entries}
      rowKey={({ id }) => id}
    />
  );
}
