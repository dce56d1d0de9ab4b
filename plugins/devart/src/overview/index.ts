export { AgentNumbers } from './AgentNumbers';
export { BudgetsAttention } from './BudgetsAttention';
export { NeedsAttention } from './NeedsAttention';
export { QueueNumbers } from './QueueNumbers';
export { Throughput } from './Throughput';
export { Tiles } from './Tiles';
export { useOverview, type Overview } from './useOverview';
