import { createPortalBackend } from 'backend/src/createPortalBackend';
import { runBackend } from 'backend/src/runBackend';

const backend = createPortalBackend();

// What is ours beside Slipway
backend.add(import('@tidewater/plugin-notices-backend'));

runBackend(backend);
