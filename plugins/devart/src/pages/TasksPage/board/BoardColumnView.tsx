import {
  BOARD_COLUMNS,
  type BoardColumn,
  type TaskSummary,
} from '@devart/plugin-devart-common';
import Button from '@material-ui/core/Button';
import Typography from '@material-ui/core/Typography';
import { makeStyles } from '@material-ui/core/styles';
import { useId } from 'react';
import type { MenuAction } from '../../../components';
import { COLUMN_WORDS } from '../../../format';
import { Link, useLinks } from '../../../navigation';
import type { ShownColumn } from './boardModel';
import { DraggableCard } from './DraggableCard';
import { DropZones } from './DropZones';
import { MOST_ROWS } from './useBoard';

const useStyles = makeStyles(theme => ({
  root: {
    display: 'flex',
    flexDirection: 'column',
    minWidth: 0,
    padding: theme.spacing(1),
    border: `1px solid ${theme.palette.divider}`,
    borderRadius: theme.shape.borderRadius,
    scrollSnapAlign: 'start',
  },
  head: {
    display: 'flex',
    justifyContent: 'space-between',
    marginBottom: theme.spacing(1),
  },
  area: { position: 'relative', flexGrow: 1, minHeight: 260 },
  list: {
    listStyle: 'none',
    margin: 0,
    padding: 0,
    display: 'grid',
    gap: theme.spacing(1),
    maxHeight: 'max(420px, calc(100vh - 340px))',
    overflowY: 'auto',
  },
  more: { textAlign: 'center' },
}));

/** A column of the board; while a task is dragged, where in it the task may go. */
export function BoardColumnView(props: {
  column: BoardColumn;
  content: ShownColumn;
  rows: number;
  dragged: TaskSummary | undefined;
  canMove: boolean;
  actionsOf: (task: TaskSummary) => MenuAction[];
  onLoadMore: () => void;
}) {
  const classes = useStyles();
  const headingId = useId();
  const links = useLinks();
  const { column, content, rows, dragged, canMove, actionsOf } = props;
  const { tasks, total, capped } = content;
  const hasMore = tasks.length < total;

  return (
    <section aria-labelledby={headingId} className={classes.root}>
      <div className={classes.head}>
        <Typography id={headingId} component="h2" variant="subtitle1">
          {COLUMN_WORDS[column]}
        </Typography>
        <Typography component="span" variant="subtitle1">
          {total.toLocaleString()}
          {capped && '+'}
        </Typography>
      </div>
      <div className={classes.area}>
        <ul className={classes.list} aria-labelledby={headingId}>
          {tasks.map(task => (
            <li key={task.id}>
              <DraggableCard
                task={task}
                canMove={canMove}
                actions={actionsOf(task)}
              />
            </li>
          ))}
          {tasks.length === 0 && (
            <li>
              <Typography variant="body2">Nothing here.</Typography>
            </li>
          )}
          {hasMore && (
            <li className={classes.more}>
              {rows < MOST_ROWS ? (
                <Button size="small" onClick={props.onLoadMore}>
                  Load more
                </Button>
              ) : (
                <Link to={links.taskList({ status: BOARD_COLUMNS[column] })}>
                  See all as a list
                </Link>
              )}
            </li>
          )}
        </ul>
        {dragged && <DropZones column={column} dragged={dragged} />}
      </div>
    </section>
  );
}
