import { AppThemeSelector } from '@backstage/core-app-api';
import { mockApis } from '@backstage/frontend-test-utils';
import type { StorageApi } from '@backstage/frontend-plugin-api';
import { waitFor } from '@testing-library/react';
import { KeptThemeApi } from './KeptThemeApi';

const SAM = 'user:default/sam';
const themes = (['light', 'dark'] as const).map(id => ({
  id,
  title: id,
  variant: id,
  Provider: () => null,
}));

/** A browser of its own, with what it has kept from before. */
function browser(theme?: string, shownFor?: string) {
  localStorage.clear();
  if (shownFor) localStorage.setItem('slipway-theme-of', shownFor);
  const shown = new AppThemeSelector(themes);
  shown.setActiveThemeId(theme);
  return new KeptThemeApi(shown);
}

/** Signs somebody in, and waits until their theme is known. */
async function signIn(api: KeptThemeApi, bucket: StorageApi, person = SAM) {
  const onError = jest.fn();
  const onKnown = jest.fn();
  const stop = api.follow({ person, bucket, onKnown, onError });
  await waitFor(() => expect(onKnown).toHaveBeenCalled());
  return { onError, onKnown, stop };
}

describe('KeptThemeApi', () => {
  it('shows in a new browser what was chosen in another one', async () => {
    const bucket = mockApis.storage();
    const first = browser();
    await signIn(first, bucket);
    first.setActiveThemeId('light');
    first.setActiveThemeId('dark');
    await waitFor(() => expect(bucket.snapshot('theme').value).toBe('dark'));

    const second = browser();
    await signIn(second, bucket);
    expect(second.getActiveThemeId()).toBe('dark');

    second.setActiveThemeId(undefined);
    await waitFor(() => expect(first.getActiveThemeId()).toBeUndefined());
  });

  it('shows what the browser has until it hears otherwise, to the same person', async () => {
    const api = browser('dark', SAM);
    const bucket = mockApis.storage();
    jest
      .spyOn(bucket, 'snapshot')
      .mockReturnValue({ key: 'theme', presence: 'unknown' });
    const { onKnown } = await signIn(api, bucket);
    expect(onKnown).toHaveBeenCalledTimes(1);
    expect(api.getActiveThemeId()).toBe('dark');
  });

  it('shows nobody the theme of somebody else', async () => {
    const api = browser('dark', 'user:default/ines');
    await signIn(api, mockApis.storage());
    expect(api.getActiveThemeId()).toBeUndefined();
  });

  it('shows no theme that is not there any more', async () => {
    const bucket = mockApis.storage({ data: { theme: 'high-contrast' } });
    const api = browser('light');
    await signIn(api, bucket);
    expect(api.getActiveThemeId()).toBe('light');
  });

  it('says so when a choice could not be kept, and keeps the next one', async () => {
    const bucket = mockApis.storage();
    const api = browser();
    const { onError } = await signIn(api, bucket);
    jest.spyOn(bucket, 'set').mockRejectedValueOnce(new Error('no network'));
    api.setActiveThemeId('dark');
    expect(api.getActiveThemeId()).toBe('dark');
    api.setActiveThemeId('light');
    await waitFor(() => expect(onError).toHaveBeenCalledTimes(1));
    await waitFor(() => expect(bucket.snapshot('theme').value).toBe('light'));
  });
});
