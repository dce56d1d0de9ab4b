import { createApp } from '@backstage/frontend-defaults';
import { homeModule } from './home';
import { navModule } from './nav';
import { settingsModule } from './settings';
import { signInModule } from './signIn';

// Plugins are found in package.json, see app.packages in app-config.yaml.
export default createApp({
  features: [homeModule, navModule, settingsModule, signInModule],
});
