import {
  appThemeApiRef,
  errorApiRef,
  identityApiRef,
  storageApiRef,
  useApi,
} from '@backstage/frontend-plugin-api';
import { toError } from '@backstage/errors';
import { type PropsWithChildren, useEffect, useState } from 'react';
import { KeptThemeApi } from './KeptThemeApi';

/** A page in the wrong theme is better than none. */
const PATIENCE_MS = 2_000;

/** Waits for the person's theme, so that no page is seen in another one. */
export function ThemeOfPerson({ children }: PropsWithChildren) {
  const themeApi = useApi(appThemeApiRef);
  const identityApi = useApi(identityApiRef);
  const storageApi = useApi(storageApiRef);
  const errorApi = useApi(errorApiRef);
  // A company may bring an API of its own.
  const [isKnown, setKnown] = useState(!(themeApi instanceof KeptThemeApi));
  useEffect(() => {
    if (!(themeApi instanceof KeptThemeApi)) return undefined;
    let stop: (() => void) | undefined;
    let isGone = false;
    const onKnown = () => setKnown(true);
    const timer = setTimeout(onKnown, PATIENCE_MS);
    identityApi.getBackstageIdentity().then(({ userEntityRef }) => {
      if (!isGone) {
        const bucket = storageApi.forBucket('slipway-shell');
        stop = themeApi.follow({
          person: userEntityRef,
          bucket,
          onKnown,
          onError: error => errorApi.post(toError(error)),
        });
      }
    }, onKnown);
    return () => {
      isGone = true;
      clearTimeout(timer);
      stop?.();
    };
  }, [themeApi, identityApi, storageApi, errorApi]);
  return isKnown ? <>{children}</> : null;
}
