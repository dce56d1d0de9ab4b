import { useDevartApi } from '../api';
import { Notice } from '../components';
import { useLive } from '../live';

/** Says plainly when no model can be called. */
export function ModelsNotice() {
  const api = useDevartApi();
  const { value } = useLive(
    {
      topics: ['service'],
      minimumIntervalMs: 10_000,
      load: signal => api.gateway.status({}, { signal }),
    },
    [api],
  );
  if (!value || value.upstreams.length > 0) {
    return null;
  }
  return (
    <Notice kind="waiting">
      No model is configured. Agents cannot call models through this portal
      until a provider stands under devart.gateway.upstreams in its
      configuration.
    </Notice>
  );
}
