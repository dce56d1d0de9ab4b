import { toastApiRef, useApi } from '@backstage/frontend-plugin-api';
import { useMemo, type ReactNode } from 'react';
import { describeProblem } from '../api';

/** The portal writes toasts in the colour of their icon, which is too faint to read. */
function readable(text: string): ReactNode {
  return <span style={{ color: 'var(--bui-fg-primary)' }}>{text}</span>;
}

/** Short messages about what was done or could not be done. */
export function useToasts() {
  const toasts = useApi(toastApiRef);
  return useMemo(
    () => ({
      success: (title: string) =>
        void toasts.post({
          title: readable(title),
          status: 'success',
          timeout: 5000,
        }),
      failure: (title: string, error: unknown) =>
        void toasts.post({
          title: readable(`${title}: ${describeProblem(error).message}`),
          status: 'danger',
          timeout: 15_000,
        }),
    }),
    [toasts],
  );
}
