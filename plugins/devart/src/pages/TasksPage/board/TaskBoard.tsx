import {
  taskUpdatePermission,
  type TaskStatus,
  type TaskSummary,
} from '@devart/plugin-devart-common';
import {
  DndContext,
  DragOverlay,
  KeyboardSensor,
  MouseSensor,
  TouchSensor,
  useSensor,
  useSensors,
  type DragEndEvent,
  type DragStartEvent,
} from '@dnd-kit/core';
import Typography from '@material-ui/core/Typography';
import { makeStyles } from '@material-ui/core/styles';
import { useState } from 'react';
import { useAccess, useKnownMe } from '../../../access';
import { Loaded } from '../../../components';
import { useTaskDialogs, useTaskMenu } from '../../../tasks';
import { NoTasks } from '../NoTasks';
import type { TaskFilterValues } from '../taskFilters';
import { announcements, screenReaderInstructions } from './announcements';
import { BoardColumnView } from './BoardColumnView';
import { BoardSkeleton } from './BoardSkeleton';
import { COLUMNS, showBoard } from './boardModel';
import { TaskCard } from './TaskCard';
import { useBoard } from './useBoard';
import { useBoardStyles } from './useBoardStyles';
import { useKeyboardTarget } from './useKeyboardTarget';
import { usePendingMoves } from './usePendingMoves';

const useStyles = makeStyles(theme => ({
  note: { marginBottom: theme.spacing(1) },
}));

/** All tasks in columns by status; people move them where that is legal. */
export function TaskBoard(props: {
  filters: TaskFilterValues;
  isFiltered: boolean;
  onClear: () => void;
  onCreate: () => void;
}) {
  const classes = useStyles();
  const boardClasses = useBoardStyles();
  const { filters, isFiltered, onClear, onCreate } = props;
  const { live, rowsOf, loadMore } = useBoard(filters);
  const { moves, move } = usePendingMoves(live.reload);
  const dialogs = useTaskDialogs({ onChanged: live.reload });
  const actionsOf = useTaskMenu(dialogs);
  const me = useKnownMe();
  const access = useAccess(taskUpdatePermission);
  const [dragged, setDragged] = useState<TaskSummary>();
  const keyboard = useKeyboardTarget();
  const sensors = useSensors(
    useSensor(MouseSensor, { activationConstraint: { distance: 6 } }),
    // A short press is the beginning of a scroll, a long one of a drag.
    useSensor(TouchSensor, {
      activationConstraint: { delay: 250, tolerance: 8 },
    }),
    useSensor(KeyboardSensor, { coordinateGetter: keyboard.coordinateGetter }),
  );

  const onDragStart = ({ active, activatorEvent }: DragStartEvent) => {
    const task = active.data.current?.task as TaskSummary;
    keyboard.begin(task, activatorEvent.type === 'keydown');
    setDragged(task);
  };
  const onDragOut = () => {
    keyboard.end();
    setDragged(undefined);
  };
  const onDragEnd = ({ active, over }: DragEndEvent) => {
    onDragOut();
    if (over) {
      // Whatever goes wrong is shown by the move itself.
      move(active.data.current?.task as TaskSummary, over.id as TaskStatus);
    }
  };

  return (
    <Loaded live={live} skeleton={<BoardSkeleton />}>
      {({ board, further }) => {
        const columns = showBoard({ board, further, moves });
        if (COLUMNS.every(column => columns[column].total === 0)) {
          return (
            <NoTasks
              isFiltered={isFiltered}
              onClear={onClear}
              onCreate={onCreate}
            />
          );
        }
        return (
          <>
            {me && !access.allowed && (
              <Typography variant="body2" className={classes.note}>
                You can look, not move. {access.reason}
              </Typography>
            )}
            <DndContext
              sensors={sensors}
              collisionDetection={keyboard.collisionDetection}
              accessibility={{ announcements, screenReaderInstructions }}
              onDragStart={onDragStart}
              onDragEnd={onDragEnd}
              onDragCancel={onDragOut}
            >
              <div className={boardClasses.columns}>
                {COLUMNS.map(column => (
                  <BoardColumnView
                    key={column}
                    column={column}
                    content={columns[column]}
                    rows={rowsOf(column)}
                    dragged={dragged}
                    canMove={access.allowed}
                    actionsOf={actionsOf}
                    onLoadMore={() => loadMore(column)}
                  />
                ))}
              </div>
              <DragOverlay dropAnimation={null}>
                {dragged && <TaskCard task={dragged} />}
              </DragOverlay>
            </DndContext>
            {dialogs.dialog}
          </>
        );
      }}
    </Loaded>
  );
}
