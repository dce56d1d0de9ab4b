import { useApiHolder } from '@backstage/core-plugin-api';
import { signalApiRef } from '@backstage/plugin-signals-react';
import { useDevartApi, type DevartApi } from '../api';
import { LiveConnection } from './LiveConnection';

// Header, pages and widgets of one app share one connection.
const connections = new WeakMap<DevartApi, LiveConnection>();

/** The connection over which this app hears of changes. */
export function useLiveConnection(): LiveConnection {
  const api = useDevartApi();
  const signals = useApiHolder().get(signalApiRef);
  let connection = connections.get(api);
  if (!connection) {
    connection = new LiveConnection({ signals });
    connections.set(api, connection);
  }
  return connection;
}
