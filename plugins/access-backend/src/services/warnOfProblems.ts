import type {
  LoggerService,
  RootLifecycleService,
} from '@backstage/backend-plugin-api';
import { toError } from '@backstage/errors';
import type { RoleProblem } from '@slipway/plugin-access-common';
import type { RolesService } from './RolesService';

/** After a first start the catalog takes a while until it knows groups. */
const CATALOG_FILLED_MS = 3 * 60_000;

/**
 * Says in the log what about the roles cannot hold: names of permissions once all plugins have started, groups that
 * are missing when the catalog has had time. The page shows the same at any time.
 */
export function warnOfProblems(deps: {
  lifecycle: RootLifecycleService;
  logger: LoggerService;
  roles: RolesService;
}): void {
  const { lifecycle, logger, roles } = deps;
  const said = new Set<string>();
  const warn = (problems: RoleProblem[]) => {
    for (const { role, message } of problems) {
      const sentence = `permission.slipway.roles, ${role}: ${message}`;
      if (!said.has(sentence)) logger.warn(sentence);
      said.add(sentence);
    }
  };
  const look = (ask: () => Promise<RoleProblem[]>) =>
    ask().then(warn, error =>
      logger.warn('The roles could not be checked', toError(error)),
    );

  let timer: NodeJS.Timeout | undefined;
  lifecycle.addStartupHook(() => {
    // Not waited for: the portal is ready without it.
    look(() => roles.problemsOfNames());
    timer = setTimeout(() => look(() => roles.problems()), CATALOG_FILLED_MS);
    timer.unref();
  });
  lifecycle.addShutdownHook(() => clearTimeout(timer));
}
