import type { Task, TaskStatus } from '@devart/plugin-devart-common';
import { useState } from 'react';
import { fieldProblems, useDevartApi } from '../api';
import { FormDialog, useToasts } from '../components';
import { TaskFormFields } from './TaskFormFields';
import {
  formOfTask,
  inputOfForm,
  problemsOfForm,
  TASK_FIELDS,
  type TaskFormProblems,
} from './taskFormModel';

const OPEN_STATUSES: readonly TaskStatus[] = ['queued', 'waiting'];

/** Edits a task. */
export function EditTaskDialog(props: {
  task: Task;
  onClose: () => void;
  onSaved: () => Promise<void>;
}) {
  const api = useDevartApi();
  const toasts = useToasts();
  const { task, onClose, onSaved } = props;
  const [form, setForm] = useState(() => formOfTask(task));
  const [problems, setProblems] = useState<TaskFormProblems>({});
  const isFixed = !OPEN_STATUSES.includes(task.status);

  const submit = async () => {
    const found = problemsOfForm(form);
    setProblems(found);
    if (Object.keys(found).length > 0) {
      return;
    }
    const { title, description, priority, capabilities, entityRef, runAfter } =
      inputOfForm(form);
    try {
      await api.tasks.update({
        id: task.id,
        title,
        description,
        priority,
        // What is cleared must be said to be nothing; leaving it out keeps it.
        entityRef: entityRef ?? null,
        ...(isFixed ? {} : { capabilities, runAfter: runAfter ?? null }),
        ifVersion: task.version,
      });
    } catch (error) {
      setProblems(fieldProblems(error, TASK_FIELDS));
      return;
    }
    toasts.success('Saved');
    await onSaved();
    onClose();
  };

  return (
    <FormDialog
      title="Edit the task"
      submitLabel="Save"
      onClose={onClose}
      onSubmit={submit}
    >
      <TaskFormFields
        form={form}
        problems={problems}
        isFixed={isFixed}
        onChange={change => {
          setForm(before => ({ ...before, ...change }));
          setProblems({});
        }}
      />
    </FormDialog>
  );
}
