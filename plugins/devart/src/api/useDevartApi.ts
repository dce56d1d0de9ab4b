import { useApi } from '@backstage/core-plugin-api';
import { devartApiRef, type DevartApi } from './devartApiRef';

/** The control plane. */
export function useDevartApi(): DevartApi {
  return useApi(devartApiRef);
}
