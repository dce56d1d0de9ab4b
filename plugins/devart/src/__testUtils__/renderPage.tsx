import { mockApis, renderInTestApp } from '@backstage/frontend-test-utils';
import { entityRouteRef } from '@backstage/plugin-catalog-react';
import { useLocation } from 'react-router-dom';
import { devartApiRef } from '../api';
import { rootRouteRef } from '../routes';
import { DevartProvider } from '../shell/DevartProvider';
import type { FakeDevartApi } from './fakeDevartApi';

function Address() {
  const { pathname, search } = useLocation();
  return <output aria-label="Address">{`${pathname}${search}`}</output>;
}

/** Renders a page of the plugin in a portal. */
export function renderPage(
  page: JSX.Element,
  options: {
    fake: FakeDevartApi;
    at?: string;
    mountPath?: string;
    /** Configuration of the portal. */
    config?: NonNullable<Parameters<typeof renderInTestApp>[1]>['config'];
  },
) {
  renderInTestApp(
    <>
      <DevartProvider>{page}</DevartProvider>
      <Address />
    </>,
    {
      apis: [
        [devartApiRef, options.fake.api],
        mockApis.discovery({ baseUrl: 'http://portal.example.com' }),
      ],
      mountedRoutes: {
        '/devart': rootRouteRef,
        '/catalog/:namespace/:kind/:name': entityRouteRef,
      },
      initialRouteEntries: [options.at ?? '/devart'],
      mountPath: options.mountPath,
      config: options.config,
    },
  );
}
