export interface Config {
  /** What everybody should know today. */
  notices?: Array<{
    /** Unique among the notices. */
    id: string;
    title: string;
    text: string;
  }>;
}
