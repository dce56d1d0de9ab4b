import { Route, Routes } from '../navigation';
import { AgentPage } from '../pages/AgentPage';
import { AgentsPage } from '../pages/AgentsPage';

/** The pages about agents. */
export function AgentsRoutes() {
  return (
    <Routes>
      <Route index element={<AgentsPage />} />
      <Route path=":agentId" element={<AgentPage />} />
    </Routes>
  );
}
