import { Route, Routes } from '../navigation';
import { RunPage } from '../pages/RunPage';
import { RunsPage } from '../pages/RunsPage';

/** The pages about runs. */
export function RunsRoutes() {
  return (
    <Routes>
      <Route index element={<RunsPage />} />
      <Route path=":runId" element={<RunPage />} />
    </Routes>
  );
}
