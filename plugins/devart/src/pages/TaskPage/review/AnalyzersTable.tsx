import type { ReviewDetail } from '@devart/plugin-devart-common';
import FailedIcon from '@material-ui/icons/ErrorOutline';
import RanIcon from '@material-ui/icons/CheckCircleOutline';
import SkippedIcon from '@material-ui/icons/SkipNext';
import { DataTable, IconLabel, type Column } from '../../../components';
import { duration, plural } from '../../../format';

type Analyzer = ReviewDetail['analyzers'][number];

const STATUSES = {
  ran: { Icon: RanIcon, tone: 'ok', word: 'Ran' },
  skipped: { Icon: SkippedIcon, tone: 'aborted', word: 'Skipped' },
  failed: { Icon: FailedIcon, tone: 'error', word: 'Failed' },
} as const;

const COLUMNS: Column<Analyzer>[] = [
  {
    header: 'Analyzer',
    render: ({ name, version }) => (version ? `${name} ${version}` : name),
  },
  {
    header: 'Status',
    render: ({ status, message }) => {
      const { word, ...look } = STATUSES[status];
      return (
        <>
          <IconLabel {...look}>{word}</IconLabel>
          {message && <div>{message}</div>}
        </>
      );
    },
  },
  {
    header: 'Looked at',
    hideBelow: 'Sm',
    render: ({ filesChecked }) => plural(filesChecked, 'file'),
  },
  {
    header: 'Took',
    hideBelow: 'Sm',
    render: ({ durationMs }) => duration(durationMs / 1000),
  },
];

/** What a change was looked at with. */
export function AnalyzersTable(props: { analyzers: readonly Analyzer[] }) {
  return (
    <DataTable
      label="Analyzers"
      columns={COLUMNS}
      rows={props.analyzers}
      rowKey={({ name }) => name}
    />
  );
}
