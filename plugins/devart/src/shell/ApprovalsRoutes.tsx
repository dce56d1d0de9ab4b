import { Route, Routes } from '../navigation';
import { ApprovalPage } from '../pages/ApprovalPage';
import { ApprovalsPage } from '../pages/ApprovalsPage';

/** The pages about approvals. */
export function ApprovalsRoutes() {
  return (
    <Routes>
      <Route index element={<ApprovalsPage />} />
      <Route path=":approvalId" element={<ApprovalPage />} />
    </Routes>
  );
}
