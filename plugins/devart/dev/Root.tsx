import {
  Sidebar,
  SidebarItem,
  SidebarPage,
  SidebarSpace,
} from '@backstage/core-components';
import CatalogIcon from '@material-ui/icons/Category';
import DevartIcon from '@material-ui/icons/DeviceHub';
import SettingsIcon from '@material-ui/icons/Settings';
import type { PropsWithChildren } from 'react';

/** The navigation beside every page. */
export function Root({ children }: PropsWithChildren<{}>) {
  return (
    <SidebarPage>
      <Sidebar>
        <SidebarItem icon={DevartIcon} to="devart" text="devart" />
        <SidebarItem icon={CatalogIcon} to="catalog" text="Catalog" />
        <SidebarSpace />
        <SidebarItem icon={SettingsIcon} to="settings" text="Settings" />
      </Sidebar>
      {children}
    </SidebarPage>
  );
}
