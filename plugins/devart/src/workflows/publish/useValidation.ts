import type { OperationOutput, operations } from '@devart/plugin-devart-common';
import { useEffect, useState } from 'react';
import { useDevartApi } from '../../api';

/** Typing is over when nothing was typed for this long. */
const PAUSE_MS = 400;

/** What the control plane says about a source. */
export type Validation = OperationOutput<typeof operations.workflows.validate>;

/** What is known about a source: see `source` for which one. */
export interface KnownValidation {
  source: string;
  validation?: Validation;
  error?: unknown;
}

/** Has a source checked whenever it has not changed for a moment; answers about older sources stay until there is a newer one. */
export function useValidation(source: string): KnownValidation | undefined {
  const api = useDevartApi();
  const [known, setKnown] = useState<KnownValidation>();

  useEffect(() => {
    const controller = new AbortController();
    const timer = setTimeout(async () => {
      if (source.trim() === '') {
        setKnown(undefined);
        return;
      }
      try {
        const validation = await api.workflows.validate(
          { source },
          { signal: controller.signal },
        );
        if (!controller.signal.aborted) {
          setKnown({ source, validation });
        }
      } catch (error) {
        if (!controller.signal.aborted) {
          setKnown({ source, error });
        }
      }
    }, PAUSE_MS);
    return () => {
      clearTimeout(timer);
      controller.abort();
    };
  }, [api, source]);

  return known;
}
