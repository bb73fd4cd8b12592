import '@backstage/cli/asset-types';
import '@testing-library/jest-dom';
import { configure } from '@testing-library/react';

// Whole pages are rendered, and the machine may be busy.
configure({ asyncUtilTimeout: 10_000 });
jest.setTimeout(120_000);
