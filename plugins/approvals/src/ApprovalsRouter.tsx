import { Route, Routes } from 'react-router-dom';
import { AnswerPage } from './answer/AnswerPage';
import { ApprovalPage } from './approval/ApprovalPage';
import { DeputiesPage } from './deputies/DeputiesPage';
import { ApprovalsPage } from './list/ApprovalsPage';

/** The pages below `/approvals`. */
export function ApprovalsRouter() {
  return (
    <Routes>
      <Route path="/" element={<ApprovalsPage />} />
      <Route path="/answer" element={<AnswerPage />} />
      <Route path="/deputies" element={<DeputiesPage />} />
      <Route path="/:id" element={<ApprovalPage />} />
    </Routes>
  );
}
