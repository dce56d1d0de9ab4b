import { useState, type ReactNode } from 'react';
import { useDevartApi } from '../api';
import { ConfirmDialog, useToasts } from '../components';
import { CreateServiceDialog } from './CreateServiceDialog';
import { EditServiceLoader } from './EditServiceLoader';
import type { ServiceState } from './useServiceStates';

/** What people do with services. */
export interface ServiceDialogs {
  create: () => void;
  edit: (service: ServiceState) => void;
  remove: (service: ServiceState) => void;
  /** Switches a service off, or on again. */
  setActive: (service: ServiceState, isActive: boolean) => void;
  dialog: ReactNode;
}

/** The dialogs with which people change services. */
export function useServiceDialogs(options: {
  onChanged: () => Promise<void>;
}): ServiceDialogs {
  const api = useDevartApi();
  const toasts = useToasts();
  const { onChanged } = options;
  const [dialog, setDialog] = useState<ReactNode>();
  const close = () => setDialog(undefined);

  const activate = async ({ id, title, version }: ServiceState) => {
    try {
      await api.services.update({ id, isActive: true, ifVersion: version });
      toasts.success(`${title} is switched on`);
    } catch (error) {
      toasts.failure(`${title} could not be switched on`, error);
    }
    await onChanged();
  };

  return {
    create: () =>
      setDialog(<CreateServiceDialog onClose={close} onCreated={onChanged} />),
    edit: service =>
      setDialog(
        <EditServiceLoader
          serviceId={service.id}
          onClose={close}
          onSaved={onChanged}
        />,
      ),
    setActive: (service, isActive) =>
      isActive
        ? void activate(service)
        : setDialog(
            <ConfirmDialog
              title={`Switch ${service.title} off?`}
              text="Nothing is charged to it until it is switched on again: its fallback pays, or whoever asks is refused. Calls that are under way are still paid."
              submitLabel="Switch off"
              onClose={close}
              onConfirm={async () => {
                await api.services.update({
                  id: service.id,
                  isActive: false,
                  ifVersion: service.version,
                });
                toasts.success(`${service.title} is switched off`);
                close();
                await onChanged();
              }}
            />,
          ),
    remove: service =>
      setDialog(
        <ConfirmDialog
          title={`Delete ${service.title}?`}
          text="It goes with its budgets. A service that was ever charged stays in the ledger: it can only be switched off."
          submitLabel="Delete"
          onClose={close}
          onConfirm={async () => {
            await api.services.delete({ id: service.id });
            toasts.success(`${service.title} is deleted`);
            close();
            await onChanged();
          }}
        />,
      ),
    dialog,
  };
}
