import { lazy, type ReactNode, Suspense, useState } from 'react';
import { Route, Routes, useNavigate } from 'react-router-dom';
import { plans } from './PlanStore';

const PlanVerdict = lazy(async () => ({
  default: (await import('./PlanVerdict')).PlanVerdict,
}));
const PlanOutline = lazy(async () => ({
  default: (await import('./PlanOutline')).PlanOutline,
}));

/**
 * Upstream's list and wizards of golden paths; below a wizard stands what it will make of the answers, and what
 * the policies say of them.
 */
export function PlanFrame({ children }: { children: ReactNode }) {
  const navigate = useNavigate();
  const [attempt, setAttempt] = useState(0);

  // Once it was refused upstream's page takes no second try: it begins anew, with the same answers.
  const onBack = () => {
    const formData = JSON.stringify(plans.get()?.parameters ?? {});
    navigate(`?${new URLSearchParams({ formData })}`, { replace: true });
    plans.clear();
    setAttempt(attempt + 1);
  };
  return (
    <>
      <div key={attempt}>{children}</div>
      <Suspense fallback={null}>
        <Routes>
          <Route
            path=":namespace/:templateName"
            element={
              <>
                <PlanOutline />
                <PlanVerdict onBack={onBack} />
              </>
            }
          />
          <Route path="*" element={null} />
        </Routes>
      </Suspense>
    </>
  );
}
