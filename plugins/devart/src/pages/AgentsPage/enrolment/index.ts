export { EnrolmentTokensPanel } from './EnrolmentTokensPanel';
