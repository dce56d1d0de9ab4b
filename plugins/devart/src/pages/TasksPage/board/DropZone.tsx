import type { TaskStatus } from '@devart/plugin-devart-common';
import { useDroppable } from '@dnd-kit/core';
import Typography from '@material-ui/core/Typography';
import { MOVE_WORDS, STATUS_WORDS } from '../../../format';
import { useZoneStyles } from './useZoneStyles';

/** Where a task can be dropped to move it to a status. */
export function DropZone({ status }: { status: TaskStatus }) {
  const classes = useZoneStyles();
  const { setNodeRef, isOver } = useDroppable({ id: status });
  return (
    <div
      ref={setNodeRef}
      className={`${classes.root} ${isOver ? classes.over : ''}`}
    >
      <Typography variant="subtitle2" component="p">
        {MOVE_WORDS[status] ?? STATUS_WORDS[status]}
      </Typography>
    </div>
  );
}
