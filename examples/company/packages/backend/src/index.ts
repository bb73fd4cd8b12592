import { createPortalBackend } from 'backend/src/createPortalBackend';

const backend = createPortalBackend();

// What is ours beside Slipway
backend.add(import('@tidewater/plugin-notices-backend'));

backend.start();
