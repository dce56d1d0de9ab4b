export { AgentDirectoryProvider, useAgentDirectory } from './AgentDirectory';
