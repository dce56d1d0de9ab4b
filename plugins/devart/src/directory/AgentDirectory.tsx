import type { Agent } from '@devart/plugin-devart-common';
import { createContext, useContext, type PropsWithChildren } from 'react';
import { useDevartApi } from '../api';
import { useLive } from '../live';

const NOBODY: readonly Agent[] = [];
const AgentsContext = createContext<readonly Agent[]>(NOBODY);

/** Asks once for the agents, for everything inside that needs their names or capabilities. */
export function AgentDirectoryProvider({ children }: PropsWithChildren<{}>) {
  const api = useDevartApi();
  const { value = NOBODY } = useLive<readonly Agent[]>(
    {
      topics: ['agent'],
      minimumIntervalMs: 5000,
      load: async signal =>
        (await api.agents.list({ limit: 200 }, { signal })).items,
    },
    [api],
  );
  return (
    <AgentsContext.Provider value={value}>{children}</AgentsContext.Provider>
  );
}

/** The agents, at most 200; none until they are known. */
export function useAgentDirectory(): readonly Agent[] {
  return useContext(AgentsContext);
}
