export { VersionsPanel, whyNotPublish } from './VersionsPanel';
