import type { ActionContext } from '@backstage/plugin-scaffolder-node';
import type { JsonObject } from '@backstage/types';

/** A step that runs, whatever it takes and gives. */
export type StepContext = Omit<ActionContext<JsonObject>, 'input' | 'output'>;
