import '@backstage/cli/asset-types';
import '@backstage/ui/css/styles.css';
import { createPortal } from 'app/src/createPortal';
import ReactDOM from 'react-dom/client';
import { themeModule } from './theme/themeModule';

const root = document.getElementById('root');
if (!root) {
  throw new Error('The page has no element with the id "root"');
}
// Plugins are found among the dependencies of this package; the theme is ours to hand over.
ReactDOM.createRoot(root).render(
  createPortal({ features: [themeModule] }).createRoot(),
);
