import type { TaskSummary } from '@devart/plugin-devart-common';
import { useDraggable } from '@dnd-kit/core';
import IconButton from '@material-ui/core/IconButton';
import { makeStyles } from '@material-ui/core/styles';
import HandleIcon from '@material-ui/icons/DragIndicator';
import { ActionMenu, type MenuAction } from '../../../components';
import { TaskCard } from './TaskCard';

const useStyles = makeStyles(theme => ({
  root: { touchAction: 'manipulation' },
  movable: { cursor: 'grab' },
  lifted: { outline: '2px dashed', outlineOffset: -2 },
  handle: { padding: 2, marginLeft: -4, cursor: 'grab' },
  focused: { outline: `2px solid ${theme.palette.text.primary}` },
}));

/** A card that can be dragged: with the mouse anywhere, with the keyboard by its handle. */
export function DraggableCard(props: {
  task: TaskSummary;
  canMove: boolean;
  actions: MenuAction[];
}) {
  const classes = useStyles();
  const { task, canMove, actions } = props;
  const {
    attributes,
    listeners = {},
    setNodeRef,
    setActivatorNodeRef,
    isDragging,
  } = useDraggable({ id: task.id, data: { task }, disabled: !canMove });
  const { onKeyDown, ...pointerListeners } = listeners;
  const { role: _role, ...handleAttributes } = attributes;

  return (
    <div
      ref={setNodeRef}
      className={`${classes.root} ${canMove ? classes.movable : ''} ${
        isDragging ? classes.lifted : ''
      }`}
      {...pointerListeners}
    >
      <TaskCard
        task={task}
        handle={
          canMove && (
            <IconButton
              {...handleAttributes}
              ref={setActivatorNodeRef}
              size="small"
              className={classes.handle}
              // A dropped card is mounted and focused at once, before the
              // ripple that would show the focus is there.
              disableFocusRipple
              focusVisibleClassName={classes.focused}
              aria-label={`Move ${task.title}`}
              onKeyDown={onKeyDown as React.KeyboardEventHandler}
            >
              <HandleIcon fontSize="small" />
            </IconButton>
          )
        }
        menu={
          <ActionMenu label={`Actions for ${task.title}`} actions={actions} />
        }
      />
    </div>
  );
}
