import { useEffect, useSyncExternalStore } from 'react';
import { useDevartApi, type DevartApi } from '../api';
import { useLiveState } from '../live';
import { AgentNames } from './AgentNames';

// Header, pages and widgets of one app share what they know.
const directories = new WeakMap<DevartApi, AgentNames>();

/** The names that this app knows. */
export function useAgentNames(): AgentNames {
  const api = useDevartApi();
  let names = directories.get(api);
  if (!names) {
    names = new AgentNames(api);
    directories.set(api, names);
  }
  return names;
}

/** The name of an agent; undefined until it is known, and when the agent is gone. */
export function useAgentName(id: string | undefined): string | undefined {
  const names = useAgentNames();
  const liveState = useLiveState();
  useEffect(() => {
    if (id !== undefined) {
      names.want(id);
    }
  }, [names, id, liveState]);
  return useSyncExternalStore(names.watch, () =>
    id === undefined ? undefined : names.nameOf(id),
  );
}
