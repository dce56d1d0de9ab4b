import { Route, Routes } from '../navigation';
import { WorkflowPage } from '../pages/WorkflowPage';
import { WorkflowsPage } from '../pages/WorkflowsPage';

/** The pages about workflows. */
export function WorkflowsRoutes() {
  return (
    <Routes>
      <Route index element={<WorkflowsPage />} />
      <Route path=":workflowId" element={<WorkflowPage />} />
    </Routes>
  );
}
