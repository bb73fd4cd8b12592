import {
  ApiBlueprint,
  coreExtensionData,
} from '@backstage/frontend-plugin-api';
import scaffolderPlugin from '@backstage/plugin-scaffolder/alpha';
import { entityPresentationApiRef } from '@backstage/plugin-catalog-react';
import type { ScaffolderApi } from '@backstage/plugin-scaffolder-react';
import { lazy, Suspense } from 'react';
import { Route, Routes } from 'react-router-dom';
import { leaveRulesToFields } from '../forms/leaveRulesToFields';
import { reportPlans } from '../plans/reportPlans';
import { shareTaskStreams } from './shareTaskStreams';
import { taskThingsApi } from './TaskThingsApi';
import styles from './taskExtensions.module.css';

const TaskOutcome = lazy(async () => ({
  default: (await import('./TaskOutcome')).TaskOutcome,
}));

/** Upstream's pages of tasks; above one that failed stands what it made, and how to go on. */
const tasksSubPage = scaffolderPlugin
  .getExtension('sub-page:scaffolder/tasks')
  .override({
    factory: originalFactory => {
      const original = originalFactory();
      return [
        ...original,
        coreExtensionData.reactElement(
          <div className={styles.frame}>
            <Suspense fallback={null}>
              <Routes>
                <Route path=":taskId" element={<TaskOutcome />} />
                <Route path="*" element={null} />
              </Routes>
            </Suspense>
            {original.get(coreExtensionData.reactElement)}
          </div>,
        ),
      ];
    },
  });

const scaffolderApi = scaffolderPlugin.getExtension('api:scaffolder').override({
  factory: originalFactory => {
    const original = originalFactory().get(ApiBlueprint.dataRefs.factory);
    return [
      ApiBlueprint.dataRefs.factory({
        ...original,
        deps: { ...original.deps, presentation: entityPresentationApiRef },
        factory: deps => {
          const api = original.factory(deps) as ScaffolderApi;
          api.streamLogs = shareTaskStreams(api.streamLogs.bind(api));
          leaveRulesToFields(api);
          reportPlans(
            api,
            deps.presentation as typeof entityPresentationApiRef.T,
          );
          return api;
        },
      }),
    ];
  },
});

/** What Slipway adds to the pages of template tasks. */
export const taskExtensions = [tasksSubPage, scaffolderApi, taskThingsApi];
