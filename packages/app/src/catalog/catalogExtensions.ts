import { AlertApiForwarder } from '@backstage/core-app-api';
import {
  alertApiRef,
  ApiBlueprint,
  createTranslationMessages,
} from '@backstage/frontend-plugin-api';
import { TranslationBlueprint } from '@backstage/plugin-app-react';
import catalogPlugin, {
  catalogTranslationRef,
} from '@backstage/plugin-catalog/alpha';
import {
  catalogReactTranslationRef,
  EntityContextMenuItemBlueprint,
} from '@backstage/plugin-catalog-react/alpha';
import { techdocsTranslationRef } from '@backstage/plugin-techdocs/alpha';
import type { CatalogApi } from './CatalogApi';
import { catalogPage } from './catalogPage';
import { explainErrors } from './explainErrors';
import { explainRemovals } from './explainRemovals';
import { createRecentTexts } from './recentTexts';

/**
 * What upstream's dialogs are about to post about removals that failed. They do so at once, or never when they are
 * closed meanwhile: then the same words later may be about something else.
 */
const failures = createRecentTexts(5000);

const catalogApi = catalogPlugin.getExtension('api:catalog').override({
  factory: originalFactory => {
    const original = originalFactory().get(ApiBlueprint.dataRefs.factory);
    return [
      ApiBlueprint.dataRefs.factory({
        ...original,
        factory: deps =>
          explainErrors(
            explainRemovals(original.factory(deps) as CatalogApi, sentence =>
              failures.note(sentence),
            ),
          ),
      }),
    ];
  },
});

/** The dialogs post a failure without saying that it is one: it would be shown as a success. */
const alertApi = ApiBlueprint.make({
  name: 'alert',
  params: defineParams =>
    defineParams({
      api: alertApiRef,
      deps: {},
      factory: () => {
        const forwarder = new AlertApiForwarder();
        const post = forwarder.post.bind(forwarder);
        forwarder.post = alert =>
          post(
            failures.take(alert.message)
              ? { ...alert, severity: 'error' }
              : alert,
          );
        return forwarder;
      },
    }),
});

const unregisterItem = catalogPlugin
  .getExtension('entity-context-menu-item:catalog/unregister-entity')
  .override({
    factory: originalFactory => {
      const original = originalFactory();
      const { data: dataRef } = EntityContextMenuItemBlueprint.dataRefs;
      const item = original.get(dataRef);
      return [
        ...original,
        dataRef({
          ...item,
          useProps: () => {
            const props = item.useProps();
            return props.disabled
              ? { ...props, title: `${props.title} (its owners only)` }
              : props;
          },
        }),
      ];
    },
  });

/** Upstream offers to delete what would come back, without saying so. */
const messages = TranslationBlueprint.make({
  name: 'catalog-react',
  params: {
    resource: createTranslationMessages({
      ref: catalogReactTranslationRef,
      messages: {
        'unregisterEntityDialog.onlyDeleteStateTitle':
          "Nobody registered this entity's location, so there is nothing to unregister. You can delete the entity; but what the portal's configuration brings, or a part of the portal such as its databases, soon comes back. Where it comes from is the place to remove it; the platform team helps.",
      },
    }),
  },
});

/** Sentence case, as on every page. */
const titles = TranslationBlueprint.make({
  name: 'catalog',
  params: {
    resource: createTranslationMessages({
      ref: catalogTranslationRef,
      messages: {
        'indexPage.title': '{{orgName}} catalog',
        'aboutCard.viewSource': 'View source',
        // The title of the location follows, which is the address of the file.
        entityProcessingErrorsDescription: 'What is wrong came with the file',
      },
    }),
  },
});

const docsTitles = TranslationBlueprint.make({
  name: 'techdocs',
  params: {
    resource: createTranslationMessages({
      ref: techdocsTranslationRef,
      messages: { 'aboutCard.viewTechdocs': 'View docs' },
    }),
  },
});

/** What Slipway changes in upstream's catalog. */
export const catalogExtensions = [catalogApi, catalogPage, unregisterItem];

/** The part of it that belongs to the app. */
export const catalogAppExtensions = [alertApi, messages, titles, docsTitles];
