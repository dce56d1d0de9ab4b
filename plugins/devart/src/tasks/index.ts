export { CreateTaskDialog } from './CreateTaskDialog';
export { moveTask } from './moveTask';
export { TaskMarkers } from './TaskMarkers';
export { TaskProgress } from './TaskProgress';
export { TaskTable } from './TaskTable';
export { useTaskDialogs } from './useTaskDialogs';
export { useTaskMenu, whyNotDelete } from './useTaskMenu';
