import type { Task } from '@devart/plugin-devart-common';
import { useEffect, useState } from 'react';
import { useDevartApi } from '../api';
import { useToasts } from '../components';
import { EditTaskDialog } from './EditTaskDialog';

/** Fetches all of a task and lets somebody edit it. */
export function EditTaskLoader(props: {
  taskId: string;
  onClose: () => void;
  onSaved: () => Promise<void>;
}) {
  const api = useDevartApi();
  const toasts = useToasts();
  const { taskId, onClose, onSaved } = props;
  const [task, setTask] = useState<Task>();

  useEffect(() => {
    const controller = new AbortController();
    // Once: what is being edited must not change under the fingers.
    api.tasks
      .get({ id: taskId }, { signal: controller.signal })
      .then(setTask, error => {
        if (!controller.signal.aborted) {
          toasts.failure('The task cannot be edited', error);
          onClose();
        }
      });
    return () => controller.abort();
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [api, taskId]);

  return task ? (
    <EditTaskDialog task={task} onClose={onClose} onSaved={onSaved} />
  ) : null;
}
