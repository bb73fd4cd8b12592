import { AppRootElementBlueprint } from '@backstage/frontend-plugin-api';
import { useEffect } from 'react';
import { mendMarkup } from './mendMarkup';

/** Mends the page whenever it has changed, at most once a frame. */
function MarkupMender() {
  useEffect(() => {
    let frame: number | undefined;
    const mend = () => {
      frame ??= requestAnimationFrame(() => {
        frame = undefined;
        mendMarkup(document);
      });
    };
    const observer = new MutationObserver(mend);
    observer.observe(document.body, {
      childList: true,
      subtree: true,
      attributes: true,
      attributeFilter: ['role', 'aria-controls'],
    });
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
