import { Route, Routes } from '../navigation';
import { TaskPage } from '../pages/TaskPage';
import { TasksPage } from '../pages/TasksPage';

/** The pages about tasks. */
export function TasksRoutes() {
  return (
    <Routes>
      <Route index element={<TasksPage />} />
      <Route path=":taskId" element={<TaskPage />} />
    </Routes>
  );
}
