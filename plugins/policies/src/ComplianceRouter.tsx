import { Route, Routes } from 'react-router-dom';
import { CompliancePage } from './overview/CompliancePage';
import { PoliciesPage } from './policy/PoliciesPage';
import { PolicyPage } from './policy/PolicyPage';
import { ViolationPage } from './violation/ViolationPage';
import { WaiverPage } from './waivers/WaiverPage';
import { WaiversPage } from './waivers/WaiversPage';

/** The pages below `/compliance`. */
export function ComplianceRouter() {
  return (
    <Routes>
      <Route path="/" element={<CompliancePage />} />
      <Route path="/policies" element={<PoliciesPage />} />
      <Route path="/policies/:name" element={<PolicyPage />} />
      <Route path="/violations/:id" element={<ViolationPage />} />
      <Route path="/waivers" element={<WaiversPage />} />
      <Route path="/waivers/:id" element={<WaiverPage />} />
    </Routes>
  );
}
