import type { Task } from '@devart/plugin-devart-common';
import { useState } from 'react';
import { useDevartApi } from '../api';
import { FormDialog, useToasts } from '../components';
import { TaskFormFields } from './TaskFormFields';
import {
  EMPTY_TASK_FORM,
  inputOfForm,
  problemsOfForm,
  type TaskForm,
  type TaskFormProblems,
} from './taskFormModel';

/** Creates a task, or a successor of one. */
export function CreateTaskDialog(props: {
  /** What the form starts with. */
  initial?: Partial<TaskForm>;
  /** The task that the new one follows from. */
  predecessor?: Task;
  onClose: () => void;
  onCreated: (task: Task) => void;
}) {
  const api = useDevartApi();
  const toasts = useToasts();
  const { initial, predecessor, onClose, onCreated } = props;
  const [form, setForm] = useState<TaskForm>({
    ...EMPTY_TASK_FORM,
    ...initial,
  });
  const [problems, setProblems] = useState<TaskFormProblems>({});

  const submit = async () => {
    const found = problemsOfForm(form);
    setProblems(found);
    if (Object.keys(found).length > 0) {
      return;
    }
    const input = inputOfForm(form);
    const task = predecessor
      ? await api.tasks.createSuccessor({ ...input, id: predecessor.id })
      : await api.tasks.create(input);
    toasts.success(`Created “${task.title}”`);
    onCreated(task);
  };

  return (
    <FormDialog
      title={
        predecessor
          ? `Create a task that follows from “${predecessor.title}”`
          : 'Create a task'
      }
      submitLabel="Create task"
      onClose={onClose}
      onSubmit={submit}
    >
      <TaskFormFields
        isNew
        form={form}
        problems={problems}
        onChange={change => {
          setForm(before => ({ ...before, ...change }));
          setProblems({});
        }}
      />
    </FormDialog>
  );
}
