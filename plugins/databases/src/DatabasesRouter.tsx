import { NotFoundErrorPage } from '@backstage/frontend-plugin-api';
import { Route, Routes } from 'react-router-dom';
import { CostPage } from './cost/CostPage';
import { DatabasePage } from './database/DatabasePage';
import { ImportPage } from './import/ImportPage';
import { DatabasesPage } from './list/DatabasesPage';
import { OrderPage } from './order/OrderPage';

/** The pages below `/databases`. */
export function DatabasesRouter() {
  return (
    <Routes>
      <Route path="/" element={<DatabasesPage />} />
      <Route path="/cost" element={<CostPage />} />
      <Route path="/new" element={<OrderPage />} />
      <Route path="/not-ours" element={<ImportPage />} />
      <Route path="/:environment/:name" element={<DatabasePage />} />
      <Route path="*" element={<NotFoundErrorPage />} />
    </Routes>
  );
}
