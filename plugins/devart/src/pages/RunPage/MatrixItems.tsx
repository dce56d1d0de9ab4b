import {
  STEP_STATUSES,
  type RunStep,
  type StepStatus,
} from '@devart/plugin-devart-common';
import Button from '@material-ui/core/Button';
import Typography from '@material-ui/core/Typography';
import { makeStyles } from '@material-ui/core/styles';
import { useState } from 'react';
import {
  allOr,
  ChoiceInput,
  DataTable,
  Money,
  StepStatusLabel,
  useNow,
  type Column,
} from '../../components';
import { STEP_STATUS_WORDS, timeTaken } from '../../format';
import { matrixProgress, type StepGroup } from '../../runs';

const PAGE = 50;

const useStyles = makeStyles(theme => ({
  head: {
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    gap: theme.spacing(1, 2),
    marginBottom: theme.spacing(1),
  },
  choice: { maxWidth: 220 },
  link: { padding: 0, minWidth: 0, textTransform: 'none' },
}));

function valuesOf({ matrix }: RunStep): string {
  return Object.entries(matrix?.values ?? {})
    .map(
      ([name, value]) =>
        `${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`,
    )
    .join(', ');
}

/** The combinations of a matrix, to be opened one by one. */
export function MatrixItems(props: {
  group: StepGroup;
  onOpen: (index: number) => void;
}) {
  const classes = useStyles();
  const now = useNow();
  const { group, onOpen } = props;
  const [status, setStatus] = useState<StepStatus | ''>('');
  const [shown, setShown] = useState(PAGE);
  const matching = group.items.filter(
    item => status === '' || item.status === status,
  );
  const columns: Column<RunStep>[] = [
    {
      header: 'Values',
      render: item => (
        <Button
          size="small"
          color="primary"
          className={classes.link}
          onClick={() => onOpen(item.matrix!.index)}
        >
          {item.matrix!.index + 1}. {valuesOf(item)}
        </Button>
      ),
    },
    {
      header: 'Status',
      render: item => (
        <>
          <StepStatusLabel status={item.status} />
          {item.waiting && <div>{item.waiting.message}</div>}
          {item.error && <div>{item.error}</div>}
        </>
      ),
    },
    {
      header: 'Took',
      hideBelow: 'Sm',
      render: item => timeTaken(item, now) ?? '–',
    },
    {
      header: 'Cost',
      hideBelow: 'Sm',
      align: 'right',
      render: item => <Money micros={item.costMicros} />,
    },
  ];
  return (
    <>
      <div className={classes.head}>
        <Typography variant="body2">Ended: {matrixProgress(group)}</Typography>
        <ChoiceInput<StepStatus | ''>
          className={classes.choice}
          label="Status"
          value={status}
          choices={allOr(
            STEP_STATUSES,
            value => `${STEP_STATUS_WORDS[value]} (${group.counts[value]})`,
          )}
          onChange={chosen => {
            setStatus(chosen);
            setShown(PAGE);
          }}
        />
      </div>
      <DataTable
        label={`Combinations of ${group.name}`}
        columns={columns}
        rows={matching.slice(0, shown)}
        rowKey={item => item.id}
      />
      {matching.length > shown && (
        <Button
          size="small"
          variant="outlined"
          onClick={() => setShown(shown + PAGE)}
        >
          Show more
        </Button>
      )}
    </>
  );
}
