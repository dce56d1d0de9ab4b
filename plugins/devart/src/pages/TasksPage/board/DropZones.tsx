import {
  BOARD_COLUMNS,
  type BoardColumn,
  type TaskSummary,
} from '@devart/plugin-devart-common';
import { makeStyles } from '@material-ui/core/styles';
import { whyNotMove } from '../../../format';
import { columnOf, legalTargets } from './boardModel';
import { ClosedZone } from './ClosedZone';
import { DropZone } from './DropZone';

const useStyles = makeStyles(theme => ({
  zones: {
    position: 'absolute',
    inset: 0,
    display: 'flex',
    flexDirection: 'column',
    gap: theme.spacing(1),
  },
}));

/** Lies over a column while a task is dragged: where it may go, or why it may not. */
export function DropZones(props: {
  column: BoardColumn;
  dragged: TaskSummary;
}) {
  const classes = useStyles();
  const { column, dragged } = props;
  const targets = legalTargets(dragged.status, column);
  if (targets.length === 0 && columnOf(dragged.status) === column) {
    return null;
  }
  return (
    <div className={classes.zones}>
      {targets.length > 0 ? (
        targets.map(status => <DropZone key={status} status={status} />)
      ) : (
        <ClosedZone
          reason={whyNotMove(dragged.status, BOARD_COLUMNS[column][0])!}
        />
      )}
    </div>
  );
}
