import { taskCreatePermission } from '@devart/plugin-devart-common';
import Button from '@material-ui/core/Button';
import { ActionButton, EmptyState } from '../../components';

/** Takes the place of tasks where there are none. */
export function NoTasks(props: {
  isFiltered: boolean;
  onClear: () => void;
  onCreate: () => void;
}) {
  const { isFiltered, onClear, onCreate } = props;
  if (isFiltered) {
    return (
      <EmptyState
        title="No task matches these filters"
        action={
          <Button variant="outlined" size="small" onClick={onClear}>
            Clear filters
          </Button>
        }
      />
    );
  }
  return (
    <EmptyState
      title="There are no tasks yet"
      text="A task is a piece of work for an agent. Create one here, or let a template or a pull request create it."
      action={
        <ActionButton permission={taskCreatePermission} onClick={onCreate}>
          Create the first task
        </ActionButton>
      }
    />
  );
}
