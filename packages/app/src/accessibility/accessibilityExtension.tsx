import { AppRootElementBlueprint } from '@backstage/frontend-plugin-api';
import { useEffect } from 'react';
import './apiDefinitions.css';
import { mendDocs } from './mendDocs';
import { mendMarkup } from './mendMarkup';

/** A page of documentation is drawn in a shadow tree of its own. */
const DOCUMENTATION = '[data-testid="techdocs-native-shadowroot"]';

/** Mends the page whenever it has changed, at most once a frame. */
function MarkupMender() {
  useEffect(() => {
    let frame: number | undefined;
    // Set below: the observer mends, and mending finds more to observe.
    let watch: (root: Node) => void = () => {};
    const mend = () => {
      frame ??= requestAnimationFrame(() => {
        frame = undefined;
        mendMarkup(document);
        for (const host of document.querySelectorAll(DOCUMENTATION)) {
          if (host.shadowRoot) {
            watch(host.shadowRoot);
            mendMarkup(host.shadowRoot);
            mendDocs(host.shadowRoot);
          }
        }
      });
    };
    const observer = new MutationObserver(mend);
    const watched = new WeakSet<Node>();
    watch = root => {
      if (!watched.has(root)) {
        watched.add(root);
        observer.observe(root, {
          childList: true,
          subtree: true,
          attributes: true,
          attributeFilter: ['role', 'aria-controls', 'href'],
        });
      }
    };
    watch(document.body);
    mend();
    return () => {
      observer.disconnect();
      if (frame !== undefined) {
        cancelAnimationFrame(frame);
      }
    };
  }, []);
  return null;
}

/** Keeps upstream's parts usable for people with assistive technology. */
export const accessibilityExtension = AppRootElementBlueprint.make({
  name: 'accessibility',
  params: { element: <MarkupMender /> },
});
