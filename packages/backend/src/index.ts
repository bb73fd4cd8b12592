import { createPortalBackend } from './createPortalBackend';
import { runBackend } from './runBackend';

runBackend(createPortalBackend());
