/** Texts that were noted a short while ago. */
export interface RecentTexts {
  note(text: string): void;
  /** Whether a text was noted and is not forgotten yet; it is then. */
  take(text: string): boolean;
}

/**
 * Remembers texts for a short while.
 *
 * @param milliseconds - after which a text that nobody took is forgotten
 */
export function createRecentTexts(milliseconds: number): RecentTexts {
  const noted = new Map<string, number>();
  const forget = () => {
    for (const [text, at] of noted) {
      if (performance.now() - at > milliseconds) noted.delete(text);
    }
  };
  return {
    note(text) {
      forget();
      noted.set(text, performance.now());
    },
    take(text) {
      forget();
      return noted.delete(text);
    },
  };
}
