import type { Task } from '@devart/plugin-devart-common';
import { useState } from 'react';
import { fieldProblems, useDevartApi, useRequestKey } from '../api';
import { FormDialog, useToasts } from '../components';
import { TaskFormFields } from './TaskFormFields';
import {
  EMPTY_TASK_FORM,
  inputOfForm,
  problemsOfForm,
  TASK_FIELDS,
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
  const once = useRequestKey();
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
    try {
      const task = await once(idempotencyKey => {
        const input = { ...inputOfForm(form), idempotencyKey };
        return predecessor
          ? api.tasks.createSuccessor({ ...input, id: predecessor.id })
          : api.tasks.create(input);
      });
      toasts.success(`Created “${task.title}”`);
      onCreated(task);
    } catch (error) {
      setProblems(fieldProblems(error, TASK_FIELDS));
    }
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
