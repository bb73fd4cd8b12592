import type {
  AppThemeApi,
  StorageApi,
  StorageValueSnapshot,
} from '@backstage/frontend-plugin-api';

/** Where the person's settings have the theme, and what they have for one that follows the device. */
const KEY = 'theme';
const AS_THE_DEVICE = 'auto';
/** Whose theme this browser shows, so that it is right at once the next time. */
const SHOWN_FOR = 'slipway-theme-of';

/** Whose theme it is, and where it is kept. */
interface KeptTheme {
  person: string;
  /** Of the person's settings. */
  bucket: StorageApi;
  /** Called when what is shown is the person's, at once where it was already. */
  onKnown: () => void;
  /** Called when a choice could not be kept. */
  onError: (error: unknown) => void;
}

/** The theme is kept with the person's settings, so that it holds on every device; a browser's own copy is shown until then. */
export class KeptThemeApi implements AppThemeApi {
  readonly #shown: AppThemeApi;
  #kept?: KeptTheme;
  #writing = 0;
  #written: Promise<unknown> = Promise.resolve();

  /** @param shown - what a browser shows, and has its own copy of */
  constructor(shown: AppThemeApi) {
    this.#shown = shown;
  }

  getInstalledThemes() {
    return this.#shown.getInstalledThemes();
  }

  activeThemeId$() {
    return this.#shown.activeThemeId$();
  }

  getActiveThemeId() {
    return this.#shown.getActiveThemeId();
  }

  setActiveThemeId(themeId?: string): void {
    this.#shown.setActiveThemeId(themeId);
    const kept = this.#kept;
    if (kept) {
      this.#writing += 1;
      // One after the other: the last one stays.
      this.#written = this.#written
        .then(() => kept.bucket.set(KEY, themeId ?? AS_THE_DEVICE))
        .catch(kept.onError)
        .finally(() => {
          this.#writing -= 1;
        });
    }
  }

  /**
   * Shows and keeps the theme of somebody who has signed in.
   *
   * @returns what ends it
   */
  follow(kept: KeptTheme): () => void {
    const { person, bucket, onKnown } = kept;
    this.#kept = kept;
    const shownFor = localStorage.getItem(SHOWN_FOR);
    if (shownFor === person) {
      onKnown();
    }
    const hear = ({ presence, value }: StorageValueSnapshot<string>) => {
      // What is on its way is newer.
      if (presence === 'unknown' || this.#writing) return;
      if (value !== undefined) {
        this.#show(value === AS_THE_DEVICE ? undefined : value);
      } else if (shownFor && shownFor !== person) {
        this.#show(undefined);
      }
      localStorage.setItem(SHOWN_FOR, person);
      onKnown();
    };
    hear(bucket.snapshot<string>(KEY));
    const subscription = bucket.observe$<string>(KEY).subscribe(hear);
    return () => {
      subscription.unsubscribe();
      this.#kept = undefined;
    };
  }

  #show(themeId: string | undefined): void {
    const isThere =
      !themeId || this.getInstalledThemes().some(({ id }) => id === themeId);
    if (isThere && themeId !== this.getActiveThemeId()) {
      this.#shown.setActiveThemeId(themeId);
    }
  }
}
