import { useState } from 'react';
import { fieldProblems, useDevartApi } from '../api';
import { FormDialog, useToasts } from '../components';
import { ServiceFormFields } from './ServiceFormFields';
import {
  EMPTY_SERVICE_FORM,
  readServiceForm,
  SERVICE_FIELDS,
  type ServiceProblems,
} from './serviceFormModel';

/** Adds something that is paid. */
export function CreateServiceDialog(props: {
  onClose: () => void;
  onCreated: () => Promise<void>;
}) {
  const api = useDevartApi();
  const toasts = useToasts();
  const { onClose, onCreated } = props;
  const [form, setForm] = useState(EMPTY_SERVICE_FORM);
  const [problems, setProblems] = useState<ServiceProblems>({});

  const submit = async () => {
    const read = readServiceForm(form);
    if ('problems' in read) {
      setProblems(read.problems);
      return;
    }
    try {
      const { title } = await api.services.create(read.input);
      toasts.success(`Added ${title}`);
    } catch (error) {
      setProblems(fieldProblems(error, SERVICE_FIELDS));
      return;
    }
    onClose();
    await onCreated();
  };

  return (
    <FormDialog
      wide
      title="Add a service"
      submitLabel="Add"
      onClose={onClose}
      onSubmit={submit}
    >
      <ServiceFormFields
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
