import { useSyncExternalStore } from 'react';
import type { LiveState } from './LiveConnection';
import { useLiveConnection } from './useLiveConnection';

/** How changes reach this browser at the moment. */
export function useLiveState(): LiveState {
  const connection = useLiveConnection();
  return useSyncExternalStore(connection.watchState, connection.getState);
}
