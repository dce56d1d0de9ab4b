import { useEffect, useState } from 'react';
import { useDevartApi } from '../api';

const PAGE = 200;

/**
 * What the agents of the organisation can do, in order; grows page by page while
 * it is asked for, once for each form that shows it.
 */
export function useKnownCapabilities(): readonly string[] {
  const api = useDevartApi();
  const [known, setKnown] = useState<readonly string[]>([]);

  useEffect(() => {
    const controller = new AbortController();
    const { signal } = controller;
    const load = async () => {
      const capabilities = new Set<string>();
      let cursor: string | undefined;
      do {
        const page = await api.agents.list({ limit: PAGE, cursor }, { signal });
        for (const agent of page.items) {
          for (const capability of agent.capabilities) {
            capabilities.add(capability);
          }
        }
        if (signal.aborted) {
          return;
        }
        setKnown([...capabilities].sort());
        cursor = page.nextCursor;
      } while (cursor !== undefined);
    };
    load().catch(() => {
      // Without suggestions a capability can still be typed.
    });
    return () => controller.abort();
  }, [api]);

  return known;
}
