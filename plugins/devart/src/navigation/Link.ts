// Every link of the plugin goes through here.
export { Link } from '@backstage/core-components';
