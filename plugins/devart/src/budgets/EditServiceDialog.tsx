import type { Service } from '@devart/plugin-devart-common';
import { useState } from 'react';
import { fieldProblems, useDevartApi } from '../api';
import { FormDialog, useToasts } from '../components';
import { ServiceFormFields } from './ServiceFormFields';
import {
  formOfService,
  readServiceForm,
  SERVICE_FIELDS,
  type ServiceProblems,
} from './serviceFormModel';

/** Edits what a service is, costs, and who pays when it cannot. */
export function EditServiceDialog(props: {
  service: Service;
  onClose: () => void;
  onSaved: () => Promise<void>;
}) {
  const api = useDevartApi();
  const toasts = useToasts();
  const { service, onClose, onSaved } = props;
  const [form, setForm] = useState(() => formOfService(service));
  const [problems, setProblems] = useState<ServiceProblems>({});

  const submit = async () => {
    const read = readServiceForm(form);
    if ('problems' in read) {
      setProblems(read.problems);
      return;
    }
    const {
      name: _name,
      kind: _kind,
      monthlyBudgetMicros: _budget,
      ...changed
    } = read.input;
    try {
      await api.services.update({
        ...changed,
        id: service.id,
        // What is cleared must be said to be nothing; leaving it out keeps it.
        endpoint: changed.endpoint ?? null,
        owner: changed.owner ?? null,
        entityRef: changed.entityRef ?? null,
        fallbackId: changed.fallbackId ?? null,
        ifVersion: service.version,
      });
    } catch (error) {
      setProblems(fieldProblems(error, SERVICE_FIELDS));
      return;
    }
    toasts.success('Saved');
    onClose();
    await onSaved();
  };

  return (
    <FormDialog
      wide
      title={`Edit ${service.title}`}
      submitLabel="Save"
      onClose={onClose}
      onSubmit={submit}
    >
      <ServiceFormFields
        serviceId={service.id}
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
