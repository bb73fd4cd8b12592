import { createPortalBackend } from './createPortalBackend';

createPortalBackend().start();
