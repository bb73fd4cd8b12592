import {
  coreExtensionData,
  createExtension,
  createExtensionInput,
} from '@backstage/frontend-plugin-api';
import styles from './Shell.module.css';

/** The navigation beside the page. Takes the place of upstream's layout. */
export const layoutExtension = createExtension({
  name: 'layout',
  attachTo: { id: 'app/root', input: 'children' },
  inputs: {
    nav: createExtensionInput([coreExtensionData.reactElement], {
      singleton: true,
    }),
    content: createExtensionInput([coreExtensionData.reactElement], {
      singleton: true,
    }),
  },
  output: [coreExtensionData.reactElement],
  factory: ({ inputs }) => [
    coreExtensionData.reactElement(
      <div className={styles.shell}>
        {inputs.nav.get(coreExtensionData.reactElement)}
        <div className={styles.content} id="content">
          {inputs.content.get(coreExtensionData.reactElement)}
        </div>
      </div>,
    ),
  ],
});
