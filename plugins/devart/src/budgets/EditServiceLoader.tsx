import type { Service } from '@devart/plugin-devart-common';
import { useEffect, useState } from 'react';
import { useDevartApi } from '../api';
import { useToasts } from '../components';
import { EditServiceDialog } from './EditServiceDialog';

/** Fetches all of a service and lets somebody edit it. */
export function EditServiceLoader(props: {
  serviceId: string;
  onClose: () => void;
  onSaved: () => Promise<void>;
}) {
  const api = useDevartApi();
  const toasts = useToasts();
  const { serviceId, onClose, onSaved } = props;
  const [service, setService] = useState<Service>();

  useEffect(() => {
    const controller = new AbortController();
    // Once: what is being edited must not change under the fingers.
    api.services
      .get({ id: serviceId }, { signal: controller.signal })
      .then(setService, error => {
        if (!controller.signal.aborted) {
          toasts.failure('The service cannot be edited', error);
          onClose();
        }
      });
    return () => controller.abort();
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [api, serviceId]);

  return service ? (
    <EditServiceDialog service={service} onClose={onClose} onSaved={onSaved} />
  ) : null;
}
